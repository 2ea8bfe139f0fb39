"""The native sampler by itself: its life, and what it leaves to the program."""

import gc
import os
import signal
import subprocess
import sys
import sysconfig
import threading
from contextlib import suppress
from struct import iter_unpack

import pytest

from gilext import hold_for
from gilext._native import Sampler
from gilext.integrations.pytest_watching import GilContender

REQUESTED = 1
HOUR = 3600.0
has_proc = pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="there is no /proc")


def sampler(interval=1e-3, stall=0.02, memory=1 << 16):
    return Sampler(interval, 0.0, stall, memory, 0.0)


def open_timers():
    """Return the timers among the open files: other threads open and close files of their own."""
    timers = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if "timerfd" in os.readlink(f"/proc/self/fd/{number}"):
                timers.add(number)
    return timers


def rows(stopped):
    return list(iter_unpack("@QQQiI", memoryview(stopped).cast("B")))


def test_starts_stops_drops_and_forks_of_several_threads_do_not_hang(run_child):
    assert "fine" in run_child("sampler_storm.py", "60").stdout


@pytest.mark.slow
def test_a_thousand_storms_of_starts_stops_and_forks_do_not_hang(run_child):
    assert "fine" in run_child("sampler_storm.py", "1000").stdout


@pytest.mark.skipif(not hasattr(signal, "sigtimedwait"), reason="there is no sigtimedwait here")
def test_no_signal_of_the_program_is_taken(run_child):
    assert "fine" in run_child("realtime_signals.py").stdout


def test_of_several_threads_that_start_it_one_does(in_threads):
    for _ in range(20):
        subject = sampler()
        together = threading.Barrier(3)

        def start(subject=subject, together=together):
            together.wait()
            try:
                subject.start()
            except RuntimeError as error:
                return str(error)
            return "started"

        said = in_threads(start, start, start)
        subject.stop()
        assert sorted(said) == ["started", *["the sampler was started already"] * 2]


# An hour's sleep is what is left of the pause: that these tests end is the proof.


def test_stopping_does_not_wait_for_the_end_of_a_pause():
    subject = sampler(HOUR)
    subject.start()
    subject.stop()

    assert not subject.is_running


def test_dropping_a_running_sampler_does_not_wait_for_the_end_of_a_pause():
    subject = sampler(HOUR)
    subject.start()
    del subject


def test_sampler_that_its_own_cycle_keeps_is_collected():
    class Owner:
        pass

    owner = Owner()
    owner.sampler = sampler(HOUR)
    owner.owner = owner
    owner.sampler.start()
    del owner
    gc.collect()


@pytest.mark.with_gil
def test_recording_of_nothing_is_held_for_no_longer_than_it_lasts():
    subject = sampler(HOUR)
    subject.start()
    subject.stop()
    totals = subject.totals()

    assert totals["samples"] == 1
    assert totals["held_ns"] <= totals["end_ns"] - totals["start_ns"]
    assert all(end <= totals["end_ns"] for _, end, _, _, _ in rows(subject))


@pytest.mark.with_gil
def test_hold_that_lasts_to_the_end_is_seen_to_its_end():
    subject = sampler()
    subject.start()
    held = hold_for(0.05)
    subject.stop()
    totals = subject.totals()

    *_, (_, end, _, _, _) = rows(subject)
    assert end == totals["end_ns"]
    assert totals["held_ns"] * 1e-9 >= held - 2 * totals["longest_gap_ns"] * 1e-9


def sampled_hold():
    """Return the longest hold, for which a thread asks, and the stalls of its recording."""
    subject = sampler()
    with GilContender():
        subject.start()
        hold_for(0.1)
        subject.stop()
    return max(rows(subject), key=lambda row: row[1] - row[0]), subject.stalls()


# Its twin, for which nobody asks, needs a process without other threads: no_stall.py. Once is
# enough: a sampler that gets no core while somebody asks sees nothing of it.
@pytest.mark.with_gil
def test_hold_for_which_somebody_asked_says_so_and_has_a_stall():
    stalls = []
    while not stalls:
        (start, end, _, _, flags), stalls = sampled_hold()

    assert flags & REQUESTED
    (stall_start, stall_end, _, _, stall_flags) = max(stalls, key=lambda row: row[1] - row[0])
    assert start <= stall_start < stall_end <= end
    assert stall_flags & REQUESTED


@pytest.mark.with_gil
def test_recording_says_when_there_was_no_memory_for_stacks():
    poor, rich = sampler(memory=1 << 10), sampler()
    for subject in poor, rich:
        subject.start()
        hold_for(0.1)
        subject.stop()

    assert poor.totals()["stacks_full_ns"] > 0 and not poor.stacks()
    assert rich.totals()["stacks_full_ns"] == 0 and rich.stacks()


@pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="this build counts references to a type in each thread apart",
)
def test_samplers_that_are_gone_leave_no_reference_to_their_type():
    before = sys.getrefcount(Sampler)
    for _ in range(100):
        sampler()

    assert sys.getrefcount(Sampler) == before


@has_proc
def test_no_file_stays_open():
    before = open_timers()
    for _ in range(20):
        subject = sampler()
        subject.start()
        subject.stop()
    dropped = sampler()
    dropped.start()
    del dropped

    assert open_timers() == before


@has_proc
def test_program_that_is_started_inherits_no_file():
    listing = "import os; print(*os.listdir('/proc/self/fd'))"
    command = [sys.executable, "-I", "-c", listing]
    subject = sampler()
    outside = subprocess.run(command, capture_output=True, text=True, close_fds=False, check=True)
    subject.start()
    inside = subprocess.run(command, capture_output=True, text=True, close_fds=False, check=True)
    subject.stop()

    assert inside.stdout.split() == outside.stdout.split()


@has_proc
@pytest.mark.forks
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_child_has_a_stopped_sampler_without_its_file():
    before = open_timers()
    subject = sampler()
    subject.start()
    child = os.fork()
    if child == 0:
        right = not subject.is_running and subject.totals()["samples"] == 0
        right = right and subject.threads() == rows(subject) == subject.stalls() == []
        right = right and subject.activity() is None
        subject.stop()
        os._exit(0 if right and open_timers() == before else 1)
    subject.stop()

    assert os.waitpid(child, 0)[1] == 0
    assert subject.totals()["samples"] > 0


@pytest.mark.slow
@pytest.mark.with_gil
def test_however_many_threads_there_were_their_times_add_up():
    subject = sampler(2e-5, stall=0)
    subject.start()
    while not any(native_id == 0 < ident for ident, native_id, *_ in subject.threads()):
        thread = threading.Thread(target=hold_for, args=(2e-4,))
        thread.start()
        thread.join()
    subject.stop()
    totals, threads = subject.totals(), subject.threads()

    assert len(threads) <= 1024 + 1
    assert sum(held for _, _, held, *_ in threads) == totals["held_ns"]
    assert {thread for _, _, _, thread, _ in rows(subject)} <= set(range(len(threads)))
    assert {thread for _, _, _, thread, _ in subject.longest()} <= set(range(len(threads)))
    if (activity := subject.activity()) is not None:
        _, active, cpu_ns = activity
        assert len(cpu_ns) == len(threads)
        assert {thread for thread, *_ in active} <= set(range(len(threads)))
