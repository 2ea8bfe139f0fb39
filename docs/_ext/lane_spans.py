"""What the threads of a recorded scene did and when, as spans to draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gilext.recording.results import Recording
from gilext.render.activity import waited_and_released
from gilext.render.lanes import bars_by_thread

LEAST_STRENGTH = 0.35


class Span(NamedTuple):
    """A span of time in which a thread did one thing, and how sure or steady that is, 0 to 1."""

    kind: str
    start: float
    end: float
    strength: float = 1.0


def spans_of(recording: Recording, thread: int, phases: Sequence[dict[str, Any]]) -> list[Span]:
    """Return what a thread did: it held, waited, or ran released.

    A stall names who waited for how long, up to its end. What ran released is known by buckets of
    time: it is laid into those parts of one in which the thread neither held nor waited.
    """
    held = [
        Span("held", start, start + length)
        for start, length in bars_by_thread(recording.holds, recording.seconds).get(thread, [])
    ]
    waited = [
        Span("waited", end - victim.seconds, end)
        for stall in recording.stalls
        for victim in stall.victims
        for end in [stall.hold.start_seconds + stall.hold.seconds]
        if victim.thread == thread
    ]
    return [*released_spans(recording, thread, phases, [*held, *waited]), *waited, *held]


def released_spans(
    recording: Recording, thread: int, phases: Sequence[dict[str, Any]], taken: Sequence[Span]
) -> list[Span]:
    """Return in which spans a thread ran without the GIL."""
    width = recording.activity.bucket_seconds
    free = parts_outside(
        [(phase["start"], phase["end"]) for phase in phases],
        sorted((span.start, span.end) for span in taken),
    )
    released: dict[int, float] = defaultdict(float)
    for of_thread, bucket, _, seconds in waited_and_released(recording):
        if of_thread == thread:
            released[bucket] += seconds
    spans = []
    for bucket, seconds in released.items():
        parts = list(parts_inside(free, bucket * width, (bucket + 1) * width))
        room = sum(end - start for start, end in parts)
        strength = min(1.0, seconds / room) if room > 0 else 0.0
        if strength >= LEAST_STRENGTH:
            spans += [Span("released", start, end, strength) for start, end in parts]
    return spans


def parts_outside(
    spans: Iterable[tuple[float, float]], taken: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return the parts of spans that no taken one covers; the taken ones are in order."""
    free = []
    for start, end in spans:
        for first, last in taken:
            if last <= start or first >= end:
                continue
            if first > start:
                free.append((start, first))
            start = last
        if end > start:
            free.append((start, end))
    return free


def parts_inside(
    spans: Iterable[tuple[float, float]], start: float, end: float
) -> Iterable[tuple[float, float]]:
    """Return the parts of spans between two times."""
    for first, last in spans:
        if min(last, end) > max(first, start):
            yield max(first, start), min(last, end)
