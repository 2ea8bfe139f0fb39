"""Several processes as if they were one that lasted as long as all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from math import hypot

from gilext.core.report import share
from gilext.recording.holds import Holds
from gilext.recording.parts import Activity, HeldStack, Stall
from gilext.recording.processes import process_of
from gilext.recording.results import Recording


def pooled(recording: Recording) -> Recording:
    """Return a recording in which the time of all processes is one after the other.

    So what it says per second, and as a share, is the mean of the processes, by their time. Its
    threads are named with what their process runs. It has neither holds and stops of the world one by
    one nor activity.
    """
    parts = recording.processes()
    if len(parts) == 1:
        return recording
    firsts = list(accumulate((len(one.by_thread) for one in parts), initial=0))[:-1]
    return replace(
        recording,
        seconds=sum(one.seconds for one in parts),
        throttled_seconds=sum(one.throttled_seconds for one in parts),
        held_fraction=_mean(parts, lambda one: one.held_fraction),
        held_error=_mean(parts, lambda one: one.held_error, _error_of_sum),
        pressure=_mean(parts, lambda one: one.pressure),
        pressure_error=_mean(parts, lambda one: one.pressure_error, _error_of_sum),
        wait_seconds=_all_of([one.wait_seconds for one in parts], sum),
        wait_error=_all_of([one.wait_error for one in parts], _error_of_sum),
        by_thread=tuple(
            replace(thread, name=f"{process_of(one).name()}: {thread.name}")
            for one in parts
            for thread in one.by_thread
        ),
        stacks=tuple(_stacks(parts, firsts)),
        stalls=tuple(_stalls(parts, firsts)),
        stalls_truncated_at_seconds=_until(parts, lambda one: one.stalls_truncated_at_seconds),
        lines_truncated_at_seconds=_until(parts, lambda one: one.lines_truncated_at_seconds),
        stalls_unavailable_reason=_first(one.stalls_unavailable_reason for one in parts),
        lines_unavailable_reason=_first(one.lines_unavailable_reason for one in parts),
        waits_unavailable_reason=_first(one.waits_unavailable_reason for one in parts),
        without_gil_seconds=_all_of([one.without_gil_seconds for one in parts], sum),
        pauses=(),
        pauses_seen=None,
        collections=None,
        longest=(),
        holds=Holds(),
        activity=Activity(),
        children=(),
    )


def _error_of_sum(errors: Sequence[float]) -> float:
    return hypot(*errors)  # they are independent


def _mean(
    parts: Sequence[Recording],
    share_of: Callable[[Recording], float | None],
    added_up: Callable[[Sequence[float]], float] = sum,
) -> float | None:
    """Return the mean of a share by time, or with another way to add up, its error."""
    amounts = [
        None if (found := share_of(one)) is None else found * one.seconds
        for one in parts
        if one.seconds > 0
    ]
    whole = _all_of(amounts, added_up)
    return None if whole is None else share(whole, sum(one.seconds for one in parts))


def _all_of(
    values: Sequence[float | None], added_up: Callable[[Sequence[float]], float]
) -> float | None:
    """Return the sum, or None if a part is unknown."""
    known = [value for value in values if value is not None]
    return added_up(known) if len(known) == len(values) else None


def _until(parts: Sequence[Recording], end_of: Callable[[Recording], float | None]) -> float | None:
    """Return how much time is complete, if not all is."""
    ends = [end_of(one) for one in parts]
    if not any(end is not None for end in ends):
        return None
    return sum(one.seconds if end is None else end for one, end in zip(parts, ends, strict=True))


def _first(reasons: Iterable[str | None]) -> str | None:
    return next(filter(None, reasons), None)


def _stacks(parts: Sequence[Recording], firsts: Sequence[int]) -> Iterator[HeldStack]:
    for one, first in zip(parts, firsts, strict=True):
        for stack in one.stacks:
            victims = tuple((first + thread, seconds) for thread, seconds in stack.victims)
            yield replace(stack, thread=first + stack.thread, victims=victims)


def _stalls(parts: Sequence[Recording], firsts: Sequence[int]) -> Iterator[Stall]:
    for one, first in zip(parts, firsts, strict=True):
        for stall in one.stalls:
            hold = replace(stall.hold, thread=first + stall.hold.thread)
            victims = tuple(replace(one, thread=first + one.thread) for one in stall.victims)
            yield replace(stall, hold=hold, victims=victims)
