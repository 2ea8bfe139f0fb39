"""A recording as a trace that Perfetto, Chrome and vizviewer open."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from operator import itemgetter

from gilext.core.report import printable
from gilext.recording.holds import Hold
from gilext.recording.parts import Stall
from gilext.recording.processes import process_of
from gilext.recording.results import Recording
from gilext.recording.world_report import had_gil, sees_world
from gilext.render.trace_groups import (
    KEPT_WAITING,
    Event,
    Group,
    Span,
    described,
    groups_of,
    known,
    nanoseconds,
)
from gilext.render.trace_stops import stops


def events(recording: Recording) -> Event:
    """Return a recording in the Trace Event Format, as what ``json.dumps()`` takes.

    Each process is one of the trace's, and all are on one clock; so is each thread, and each hold a
    complete event in it. A stall is an event inside of its hold, and has events inside of it, one
    for each of its stacks, named after the innermost line. A thread that waited in a stall has an
    event for that, to which a flow leads from what the holder ran when the wait began: Perfetto
    turns round a flow that leads to what began earlier, and so shows it as coming before the wait.
    Two counters of each process say how many threads waited, and which part of the time its GIL
    was held.

    A process without a GIL has a lane of its own for stops of the world. The thread that asked for
    one has an event for the time until the world stood still, and so has each that was waited for,
    from which a flow leads to it.

    Times are in microseconds, as the format wants them, and whole nanoseconds, so that what ends
    where the next begins doesn't overlap it. Source: "Trace Event Format", Google.
    """
    flows = count(1)
    groups = groups_of(recording)
    return {
        "traceEvents": [event for group in groups for event in _events_of(group, flows)],
        "displayTimeUnit": "ms",
        "otherData": {
            "gilext": recording.environment.gilext_version,
            "python": recording.environment.python_version,
            **_figures(recording),
            **({"processes": [_process(group) for group in groups]} if groups[1:] else {}),
        },
    }


def _figures(recording: Recording) -> dict[str, object]:
    held = _held_figures(recording) if had_gil(recording) else {}
    seen = _stops_seen(recording) if sees_world(recording) else {}
    missing = known(
        incomplete_reason=recording.incomplete_reason,
        children_unavailable_reason=recording.children_unavailable_reason,
    )
    return held | seen | missing


def _stops_seen(recording: Recording) -> dict[str, object]:
    return known(
        without_gil_seconds=recording.without_gil_seconds,
        stops_seen=recording.pauses_seen,
        collections=recording.collections,
    )


def _held_figures(recording: Recording) -> dict[str, object]:
    return {
        "held_fraction": recording.held_fraction,
        "held_error": recording.held_error,
        "holds_truncated_at_seconds": recording.holds_truncated_at_seconds,
        "wait_seconds": recording.wait_seconds,
        "wait_error": recording.wait_error,
        "pressure": recording.pressure,
        "pressure_error": recording.pressure_error,
    }


def _process(group: Group) -> dict[str, object]:
    process = process_of(group.recording)
    return {
        "start_seconds": group.start_ns * 1e-9,
        **asdict(process),
        "command": [printable(word) for word in process.command],
        **_figures(group.recording),
    }


def _events_of(group: Group, flows: Iterator[int]) -> Iterator[Event]:
    yield from _names(group)
    yield from _holds(group)
    yield from _stalls(group, flows)
    yield from stops(group, flows)
    yield from _counters(group)


def _names(group: Group) -> Iterator[Event]:
    yield group.metadata("process_name", -1, name=printable(group.name))
    if group.recording.children or group.place:
        yield group.metadata("process_sort_index", -1, sort_index=group.place)
    for index, thread in enumerate(group.recording.by_thread):
        yield group.metadata("thread_name", index, name=printable(thread.name))
        yield group.metadata("thread_sort_index", index, sort_index=index)


def _holds(group: Group) -> Iterator[Event]:
    for hold in group.recording.holds:
        native_id = group.recording.by_thread[hold.thread].native_id
        details = known(waited_seconds=hold.waited_seconds, gapped=hold.gapped or None)
        yield group.complete("hold", hold.thread, _span(hold), native_id=native_id, **details)


def _stalls(group: Group, numbers: Iterator[int]) -> Iterator[Event]:
    """Return the stalls with what lies inside of them, the waits, and then the flows.

    A flow belongs to the event that was the last to begin, so the flows stand behind all of them.
    """
    spans_of: dict[int, list[Span]] = defaultdict(list)
    for hold in group.recording.holds:
        spans_of[hold.thread].append(_span(hold))
    flows: list[Event] = []
    for stall in group.recording.stalls:
        thread = stall.hold.thread
        span = _inside(_span(stall.hold), spans_of[thread])
        yield group.complete("stall", thread, span)
        yield from _stacks(group, stall, span)
        for victim in stall.victims:
            waited = (max(span[0], span[1] - nanoseconds(victim.seconds)), span[1])
            frames = [described(frame) for frame in victim.frames]
            holder = printable(group.recording.by_thread[thread].name)
            yield group.complete("wait", victim.thread, waited, holder=holder, stack=frames)
            number = next(numbers)
            flows.append(group.event("s", KEPT_WAITING, thread, waited[0], id=number))
            flows.append(
                group.event("f", KEPT_WAITING, victim.thread, waited[0], id=number, bp="e")
            )
    yield from flows


def _inside(span: Span, holds: list[Span]) -> Span:
    """Return a span, cut off where the hold in which it begins ends."""
    place = bisect_right(holds, span[0], key=itemgetter(0)) - 1
    end = holds[place][1] if place >= 0 else 0
    return (span[0], min(span[1], end)) if end > span[0] else span


def _stacks(group: Group, stall: Stall, span: Span) -> Iterator[Event]:
    """Return a stall's stacks one after the other, from its start to its end."""
    passed = 0.0
    began = span[0]
    for stack in stall.stacks:
        passed += stack.seconds
        ended = min(span[0] + nanoseconds(passed), span[1])
        frames = [described(frame) for frame in stack.frames]
        details = known(callable=stack.callable, expression=stack.expression, task=stack.task)
        yield group.complete(frames[0], stall.hold.thread, (began, ended), stack=frames, **details)
        began = ended


def _counters(group: Group) -> Iterator[Event]:
    """Return, for each bucket of time, how many threads waited and how much of it was held."""
    recording = group.recording
    bucket = nanoseconds(recording.activity.bucket_seconds)
    if not bucket or not had_gil(recording):
        return
    end = nanoseconds(recording.seconds)
    if recording.wait_seconds is not None:
        waited: dict[int, float] = defaultdict(float)
        for _, place, _, seconds in recording.activity.rows:
            waited[place] += seconds * 1e9
        yield from _counter(group, "waiters", "mean", waited, bucket, end)
    complete = recording.holds_truncated_at_seconds
    held: dict[int, float] = defaultdict(float)
    for hold in recording.holds:
        start, stop = _span(hold)
        for place in range(start // bucket, -(-stop // bucket)):
            held[place] += min(stop, (place + 1) * bucket) - max(start, place * bucket)
    held_end = end if complete is None else nanoseconds(complete)
    yield from _counter(group, "held", "share", held, bucket, held_end)


def _counter(
    group: Group, name: str, kind: str, amounts: dict[int, float], bucket: int, end: int
) -> Iterator[Event]:
    """Return a counter's values: in each bucket up to the end, an amount over the bucket's time."""
    for start in range(0, end, bucket):
        value = amounts.get(start // bucket, 0.0) / min(bucket, end - start)
        yield group.event("C", name, -1, start, args={kind: value})


def _span(hold: Hold) -> Span:
    start = nanoseconds(hold.start_seconds)
    return start, start + nanoseconds(hold.seconds)
