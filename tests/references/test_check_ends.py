"""However a check ends, it leaves the process as it found it; and it ends in time."""

import asyncio
import gc
import signal
import sys
import threading
import time

import pytest

from gilext import check_leaks


class Failure(Exception):
    """What a checked function raises at some call."""


class Failing:
    """Fails at a call: the first, or one of a round."""

    def __init__(self, at, error):
        self.calls, self.at, self.error = 0, at, error

    def __call__(self, watched):
        self.calls += 1
        if self.calls == self.at:
            raise self.error

    async def awaited(self, watched):
        await asyncio.sleep(0)
        self(watched)


def fails(error, fn, *args, **options):
    """Return whether a check ends with an error; no traceback is kept."""
    try:
        check_leaks(fn, *args, **options)
    except error:
        return True
    return False


def freeze_count():
    """Return how many objects are frozen, with those that are immortal: in 3.12, collections do it."""
    gc.collect()
    return gc.get_freeze_count()


@pytest.mark.parametrize(
    "error", [Failure, pytest.param(KeyboardInterrupt, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("at", [1, pytest.param(30, marks=pytest.mark.slow)])
@pytest.mark.parametrize("is_awaited", [False, True], ids=["called", "awaited"])
def test_error_leaves_no_protection_no_freeze_and_no_event_loop(at, error, is_awaited):
    failing, watched = Failing(at, error), [object()]
    fn = failing.awaited if is_awaited else failing
    before = sys.getrefcount(watched), sys.getrefcount(watched[0])
    frozen = freeze_count()

    assert fails(error, fn, watched, calls=5)

    assert failing.calls == at
    # A task that was interrupted refers to its frame until it is collected.
    assert freeze_count() == frozen
    assert (sys.getrefcount(watched), sys.getrefcount(watched[0])) == before
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_objects_that_the_caller_froze_stay_frozen_and_no_others_do():
    gc.collect()
    gc.freeze()
    frozen = gc.get_freeze_count()
    try:
        made = [[] for _ in range(1000)]
        check_leaks(len, made, calls=5, rounds=2)
        after = gc.get_freeze_count()
    finally:
        gc.unfreeze()

    assert 0.9 * frozen < after <= frozen  # a few are freed in any process


@pytest.mark.slow
def test_nothing_stays_frozen_if_nothing_was():
    gc.unfreeze()
    frozen = freeze_count()

    check_leaks(len, [], calls=5, rounds=2)

    assert freeze_count() == frozen


def test_signal_ends_a_check():
    calls = [0]

    def interrupted():
        calls[0] += 1
        if calls[0] == 30:
            signal.raise_signal(signal.SIGINT)

    # A job in the background ignores it.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            check_leaks(interrupted)
    finally:
        signal.signal(signal.SIGINT, handler)


@pytest.mark.slow
def test_slow_function_is_called_no_more_often_than_there_is_time_for():
    report = check_leaks(time.sleep, 0.05, seconds=0.3)

    # A load makes them fewer; one round may be in progress when time is out.
    assert 1 <= report.calls <= 10
    assert report.leaks == ()


@pytest.mark.slow
def test_progress_is_told_after_each_round():
    told = []

    def progress(passed, seconds):
        told.append((passed, seconds))

    report = check_leaks(len, (), calls=5, seconds=5, progress=progress)

    assert len(told) == report.rounds
    passed = [one for one, _ in told]
    assert passed == sorted(passed)
    assert passed[0] > 0
    assert passed[-1] <= 5
    assert {seconds for _, seconds in told} == {5}


def test_error_of_progress_comes_through():
    def progress(passed, seconds):
        raise Failure

    with pytest.raises(Failure):
        check_leaks(len, (), progress=progress)


@pytest.mark.slow
def test_checks_in_other_threads_are_sound():
    reports = []
    threads = [
        threading.Thread(target=lambda: reports.append(check_leaks(len, [1, 2], calls=5)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
        thread.join()

    assert [report.leaks for report in reports] == [(), ()]
