"""One worker's part of a run, and what the parts add up to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns, thread_time_ns
from typing import Any, NamedTuple


class CallTiming(NamedTuple):
    """One worker's part: when it began and ended, its CPU time, and its result."""

    start_ns: int
    end_ns: int
    cpu_ns: int
    result: int


@dataclass(frozen=True, slots=True)
class RunTiming:
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

    @property
    def parallelism(self) -> float:
        """CPU seconds of all workers per wall second.

        Above 1, some of them ran at the same moment, however busy the machine is. Below 1, they
        waited for cores, for a lock, or for anything else, and may have run at the same moment or
        not.
        """
        return self.cpu_seconds / self.wall_seconds if self.wall_seconds else 0.0


class Workload(NamedTuple):
    """What each worker of a crew does: a call of this size, and so with this argument."""

    size: int
    argument: int | bytes


def time_call(call: Callable[..., int], *args: Any) -> CallTiming:
    """Make one call and time it."""
    cpu_start = thread_time_ns()
    start = perf_counter_ns()
    result = call(*args)
    end = perf_counter_ns()
    return CallTiming(start, end, thread_time_ns() - cpu_start, result)


def run_timing(timings: Sequence[CallTiming]) -> RunTiming:
    """Add up the timings of a crew."""
    wall_ns = max(timing.end_ns for timing in timings) - min(timing.start_ns for timing in timings)
    cpu_ns = sum(timing.cpu_ns for timing in timings)
    return RunTiming(wall_ns * 1e-9, cpu_ns * 1e-9, tuple(timing.result for timing in timings))
