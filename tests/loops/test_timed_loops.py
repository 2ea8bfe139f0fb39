"""The loops that watch the clock: hold_for, release_for and spin_interruptible."""

import inspect
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gilext
from gilext._native import time_os_threads

each_burn = pytest.mark.parametrize(
    "burn",
    [pytest.param(gilext.hold_for, id="held"), pytest.param(gilext.release_for, id="released")],
)


def monotonic_ns() -> int:
    """Read the clock that the C code reads."""
    if hasattr(time, "CLOCK_MONOTONIC"):
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return time.perf_counter_ns()


# -- hold_for and release_for ---------------------------------------------------------------


@each_burn
@settings(max_examples=300)
@given(seconds=st.floats(0, 2e-5) | st.floats(0, 1e-3))
def test_a_burn_never_takes_less_than_was_asked_for(
    burn: Callable[[float], float], seconds: float
) -> None:
    assert burn(seconds) >= seconds


@each_burn
@settings(max_examples=300)
@given(nanoseconds=st.integers(0, 10**6))
def test_a_burn_tells_what_it_took(burn: Callable[[float], float], nanoseconds: int) -> None:
    start = monotonic_ns()
    burnt = burn(nanoseconds / 10**9)
    end = monotonic_ns()
    assert nanoseconds <= round(burnt * 10**9) <= end - start


@each_burn
def test_a_burn_of_no_time_ends(burn: Callable[[float], float]) -> None:
    assert burn(0) >= 0


@each_burn
def test_a_longer_burn_takes_longer(burn: Callable[[float], float]) -> None:
    # Each of the longer ones is asked to outlast the shorter one before it, however long that
    # really took.
    burnt = 0.0
    for _ in range(10):
        before, burnt = burnt, burn(burnt + 1e-4)
        assert burnt > before


@pytest.mark.with_gil
def test_no_other_thread_runs_during_hold_for(
    another_thread_ran_during: Callable[..., bool],
) -> None:
    assert not any(another_thread_ran_during(partial(gilext.hold_for, 0.01)) for _ in range(10))


@pytest.mark.without_gil
def test_without_a_gil_other_threads_run_during_hold_for(
    another_thread_ran_during: Callable[..., bool],
) -> None:
    while not another_thread_ran_during(partial(gilext.hold_for, 0.01)):
        pass


def test_other_threads_run_during_release_for(
    another_thread_ran_during: Callable[..., bool],
) -> None:
    while not another_thread_ran_during(partial(gilext.release_for, 0.01)):
        pass


@pytest.mark.parametrize("name", ["hold_for", "release_for"])
def test_a_burn_has_a_signature_and_a_docstring(name: str) -> None:
    burn = getattr(gilext, name)
    assert str(inspect.signature(burn)) == "(seconds)"
    assert burn(seconds=0) >= 0
    for part in ("Parameters", "seconds", "Returns", "Raises"):
        assert part in inspect.getdoc(burn)


# -- spin_interruptible ---------------------------------------------------------------------

SPAN = 2**16  # the iterations that the loop makes between two looks at the clock


@pytest.mark.parametrize(
    "iterations", [0, 1, SPAN - 1, SPAN, SPAN + 1, 5 * SPAN, 5 * SPAN + 7, 2**25]
)
def test_spin_interruptible_makes_all_iterations(iterations: int) -> None:
    assert gilext.spin_interruptible(iterations, 3) == gilext.spin_held(iterations, 3)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("spin_interruptible", "exception before the end"),
        ("spin_released", "exception after the end"),
        ("spin_held", "exception after the end"),
        ("release_for", "exception after the end"),
        ("hold_for", "exception after the end"),
        ("time_os_threads", "exception before the end"),
    ],
    ids=lambda value: value.replace(" ", "_"),
)
def test_what_releases_for_long_answers_a_signal_before_its_end(
    call: str, answer: str, run_child: Callable[..., Any]
) -> None:
    assert run_child("pending_signal.py", call).stdout == f"{answer}\n"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer signals")
@pytest.mark.parametrize(
    "call",
    [
        "spin_interruptible",
        "wait_released",
        "time_os_threads-spin",
        "time_os_threads-count_primes",
    ],
)
def test_a_timer_signal_ends_the_call_with_what_its_handler_raises(
    call: str, run_child: Callable[..., Any]
) -> None:
    assert run_child("timer_signal.py", call).stdout == "interrupted\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        partial(gilext.Meeting(2).wait_released, 1.0),
        partial(time_os_threads, "spin", 1, 500_000_000),
    ],
    ids=["wait_released", "time_os_threads"],
)
def test_only_the_main_thread_wakes_for_signals(call: Callable[[], object]) -> None:
    resource = pytest.importorskip("resource", reason="this system has no getrusage()")
    if not hasattr(resource, "RUSAGE_THREAD"):
        pytest.skip("this system doesn't count what one thread does")

    def sleeps() -> int:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
        call()
        return int(resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw - before)

    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(sleeps).result()
    in_main = sleeps()

    # It wakes 50 times a second; the other once, but for having to wait for the GIL.
    assert in_main >= 3 * elsewhere


def test_a_signal_is_no_affair_of_other_threads(run_child: Callable[..., Any]) -> None:
    assert run_child("signal_beside_thread.py").stdout == "thread ended, main interrupted\n"


@pytest.mark.parametrize("call", ["spin_interruptible", "wait_released", "time_os_threads"])
def test_a_handler_that_raises_nothing_does_not_end_the_call(
    call: str, run_child: Callable[..., Any]
) -> None:
    assert run_child("quiet_signal.py", call).stdout == "handled, then ended\n"
