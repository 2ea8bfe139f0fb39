"""What the native sampler saw while there was no GIL, as results: attached threads and pauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gilext.recording.estimates import integral_error
from gilext.recording.lines import COLLECTOR
from gilext.recording.parts import HeldStack, ThreadTime
from gilext.recording.pauses import COLLECTION, Pause, WaitedFor
from gilext.recording.sums import AttachedSums, PauseRow, Totals


@dataclass(frozen=True, slots=True)
class WithoutGil:
    """For how much of a recording there was no GIL.

    Attributes
    ----------
    seconds : float
        How long.
    was_seen, was_always : bool
        Whether a sample found none, and whether all did.
    """

    seconds: float
    was_seen: bool
    was_always: bool


def without_gil_of(sums: AttachedSums, seconds: float) -> WithoutGil:
    """Return for how much of the time of a recording, which is given, there was no GIL."""
    was_seen = sums["samples"] > sums["samples_with_gil"]
    was_always = was_seen and sums["samples_with_gil"] == 0
    without = seconds if was_always else min(sums["without_gil_ns"] * 1e-9, seconds)
    return WithoutGil(without, was_seen, was_always)


def attached_seconds(sums: AttachedSums) -> float:
    """Return for how long threads were attached, all together."""
    return sum(attached_ns for attached_ns, *_ in sums["threads"]) * 1e-9


def with_attached(
    threads: Iterable[ThreadTime], sums: AttachedSums, totals: Totals, without: WithoutGil
) -> tuple[ThreadTime, ...]:
    """Return the threads with the time for which they were attached, if there was no GIL."""
    if not without.was_seen:
        return tuple(threads)
    of_time: Totals = {
        **totals,
        "start_ns": 0,
        "end_ns": sums["without_gil_ns"],
        "observed_ns": sums["observed_ns"],
        "observed_pairs": sums["observed_pairs"],
        "unseen_ns2": sums["unseen_ns2"],
    }

    def attached(thread: ThreadTime, row: tuple[int, int, float]) -> ThreadTime:
        attached_ns, jumps, jumps_ns2 = row
        error = None
        if sums["without_gil_ns"] > 0:
            error = integral_error(of_time, attached_ns, attached_ns, jumps, jumps_ns2) * 1e-9
        return replace(thread, attached_seconds=attached_ns * 1e-9, attached_error=error)

    return tuple(map(attached, threads, sums["threads"]))


def pauses_of(
    rows: Iterable[PauseRow], stacks: Sequence[HeldStack], origin: int
) -> tuple[Pause, ...]:
    """Return the stops of the world, in order, given when the recording began."""

    def pause_of(row: PauseRow) -> Pause:
        start, stopping_until, stopped_until, asker, stack, waited_for = row
        asked = None if stack is None else stacks[stack]
        is_collection = asked is not None and asked.frames[0].file == COLLECTOR
        return Pause(
            start_seconds=(start - origin) * 1e-9,
            stopping_seconds=(stopping_until - start) * 1e-9,
            stopped_seconds=(stopped_until - stopping_until) * 1e-9 if stopped_until else None,
            asker=asker,
            frames=asked.frames if asked else (),
            callable=asked.callable if asked else None,
            reason=COLLECTION if is_collection else None,
            waited_for=tuple(
                _waited_for(start, *one, stacks)
                for one in sorted(waited_for, key=lambda one: -one[0])
            ),
        )

    return tuple(map(pause_of, sorted(rows, key=lambda row: row[0])))


def _waited_for(
    start: int, until: int, thread: int, stack: int | None, stacks: Sequence[HeldStack]
) -> WaitedFor:
    seconds = (until - start) * 1e-9
    if stack is None:
        return WaitedFor(thread, seconds, ())
    return WaitedFor(thread, seconds, stacks[stack].frames, stacks[stack].callable)
