"""What the native sampler keeps, as results: threads with their names, stalls with their stacks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter

from gilext._native import Sampler
from gilext.recording.holds import hold_of_row
from gilext.recording.parts import Frame, Stall, ThreadTime, stack_samples


def threads_of(sampler: Sampler, names: Mapping[int, str]) -> tuple[ThreadTime, ...]:
    """Return the holders, given the names of threads by their native numbers."""
    rows = sampler.threads()
    folded = sampler.totals()["folded_threads"]
    threads = [
        ThreadTime(
            name=names.get(native_id, f"thread {native_id}" if native_id else "unknown"),
            ident=ident,
            native_id=native_id,
            held_seconds=held * 1e-9,
            longest_seconds=longest * 1e-9,
            holds=count,
        )
        for ident, native_id, held, count, longest in rows
    ]
    if folded:
        threads[-1] = replace(threads[-1], name=f"{folded} other threads")
    return tuple(threads)


def stalls_of(sampler: Sampler, origin: int) -> tuple[Stall, ...]:
    """Return the stalls, each with the stacks that were taken while it lasted."""
    frames = [Frame(*item) for item in sampler.frames()]
    taken = sorted(
        (
            (when, tuple(frames[number] for number in numbers))
            for _, when, numbers in sampler.stacks()
        ),
        key=itemgetter(0),
    )
    times = [when for when, _ in taken]
    stalls = []
    for item in sampler.stalls():
        hold = hold_of_row(item, origin)
        within = taken[bisect_left(times, item[0]) : bisect_right(times, item[1])]
        stacks = [((when - origin) * 1e-9, stack) for when, stack in within]
        stalls.append(Stall(hold, stack_samples(hold, stacks)))
    return tuple(stalls)
