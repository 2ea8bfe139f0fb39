"""One worker's part of a run, and what the parts add up to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns, thread_time_ns
from typing import Any, NamedTuple


class Shift(NamedTuple):
    """One worker's part: when it began and ended, its CPU time, and its result."""

    start_ns: int
    end_ns: int
    cpu_ns: int
    result: int


@dataclass(frozen=True, slots=True)
class Lap:
    """One run of a whole crew.

    Attributes
    ----------
    wall_seconds : float
        From the first worker's start to the last one's end.
    cpu_seconds : float
        CPU time of all workers together.
    results : tuple of int
        What each worker's call returned.
    """

    wall_seconds: float
    cpu_seconds: float
    results: tuple[int, ...]


class Work(NamedTuple):
    """What each worker of a crew does: a call of this size, and so with this argument."""

    size: int
    argument: int | bytes


def work_shift(call: Callable[..., int], *args: Any) -> Shift:
    """Make one call and time it."""
    cpu_start = thread_time_ns()
    start = perf_counter_ns()
    result = call(*args)
    end = perf_counter_ns()
    return Shift(start, end, thread_time_ns() - cpu_start, result)


def lap_of(shifts: Sequence[Shift]) -> Lap:
    """Add up the shifts of a crew."""
    wall_ns = max(shift.end_ns for shift in shifts) - min(shift.start_ns for shift in shifts)
    cpu_ns = sum(shift.cpu_ns for shift in shifts)
    return Lap(wall_ns * 1e-9, cpu_ns * 1e-9, tuple(shift.result for shift in shifts))
