"""time_os_threads: the loops in plain OS threads."""

import inspect
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gilext
from gilext._native import time_os_threads

LOOPS = {
    "spin": (gilext.spin_held, 10**5),
    "count_primes": (gilext.count_primes_held, 10**5),
    "checksum": (gilext.checksum_held, b"foobar" * 1000),
}


def monotonic_ns() -> int:
    """Read the clock that the C code reads."""
    if hasattr(time, "CLOCK_MONOTONIC"):
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return time.perf_counter_ns()


@pytest.mark.parametrize("workers", [1, 2, 3, 64])
@pytest.mark.parametrize("loop", LOOPS)
def test_every_worker_returns_what_the_loop_does(loop: str, workers: int) -> None:
    call, argument = LOOPS[loop]
    _, _, results = time_os_threads(loop, workers, argument)
    assert results == (call(argument),) * workers


@settings(max_examples=20)
@given(workers=st.integers(1, 8), iterations=st.integers(0, 10**4))
def test_workers_of_spin_agree_with_spin(workers: int, iterations: int) -> None:
    _, _, results = time_os_threads("spin", workers, iterations)
    assert results == (gilext.spin_held(iterations),) * workers


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("loop", LOOPS)
def test_wall_time_lies_within_the_call(loop: str, workers: int) -> None:
    start = monotonic_ns()
    wall_seconds, cpu_seconds, _ = time_os_threads(loop, workers, LOOPS[loop][1])
    end = monotonic_ns()
    assert 0 < round(wall_seconds * 10**9) <= end - start
    assert cpu_seconds >= 0


@pytest.mark.parametrize("workers", [1, 4])
def test_cpu_time_is_measured(workers: int) -> None:
    # Some systems count CPU time in coarse steps: enough work shows on all of them.
    iterations = 10**5
    while time_os_threads("spin", workers, iterations)[1] == 0:
        iterations *= 2


def test_other_threads_run_meanwhile(another_thread_ran_during: Callable[..., bool]) -> None:
    while not another_thread_ran_during(partial(time_os_threads, "spin", 2, 10**6)):
        pass


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux keeps a process to a limit of its address space"
)
def test_too_many_threads_for_the_system_are_a_runtime_error(
    run_child: Callable[..., Any],
) -> None:
    assert run_child("few_threads.py").stdout == "refused, and sound\n"


def test_it_has_a_signature_and_a_docstring() -> None:
    assert str(inspect.signature(time_os_threads)) == "(loop, workers, argument)"
    for part in ("Parameters", "loop", "workers", "argument", "Returns", "Raises"):
        assert part in inspect.getdoc(time_os_threads)
