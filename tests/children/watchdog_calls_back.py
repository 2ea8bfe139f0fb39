"""A watchdog's callback: what it is given, where it runs, and what its faults do."""

import gc
import os
import sys
import threading
import time

from gilext import hold_for, monitor
from gilext.recording.watchdog import CALLER

over = threading.Event()
seen, threads, unraisable = [], [], []


def want_it():
    while not over.is_set():
        time.sleep(0)


def stall_until(is_done):
    while not is_done():
        hold_for(0.1)
        time.sleep(0.01)


def note(stall):
    threads.append(threading.current_thread().name)
    seen.append(stall)


def fail(stall):
    seen.append(stall)
    raise ZeroDivisionError(stall.seconds)


def go_slowly(stall):
    assert running.acquire(blocking=False), "two at once"
    time.sleep(0.15)
    seen.append(stall)
    running.release()


def stop_itself(stall):
    seen.append(stall)
    watching.stop()


class Slow:
    """Part of a cycle, so that the collector frees it; that takes a while."""

    def __init__(self):
        self.own = self

    def __del__(self):
        hold_for(0.1)


def collect_until(is_done):
    while not is_done():
        Slow()
        gc.collect()
        time.sleep(0.01)


def is_of_a_finalizer(stall):
    return bool(stall.frames) and stall.frames[0].function == "Slow.__del__"


def of_the_calls(stalls):
    """Return the stalls of `stall_until`: a busy machine may keep the other from its core too."""
    return [
        stall
        for stall in stalls
        if [frame.function for frame in stall.frames] == ["stall_until", "<module>"]
    ]


running = threading.Lock()
sys.unraisablehook = unraisable.append
other = threading.Thread(target=want_it, name="victim", daemon=True)
other.start()

with monitor(watchdog=0.05, on_stall=note, watchdog_file=None):
    stall_until(lambda: of_the_calls(seen))
stall = of_the_calls(seen)[0]
assert set(threads) == {CALLER}
assert 0.05 <= stall.seconds <= stall.held_seconds
assert abs(stall.started_timestamp - time.time()) < 60
assert stall.holder.name == "MainThread" and stall.holder.ident == threading.get_ident()
assert stall.waiters is None or stall.waiters <= 1
assert {thread.name for thread in stall.waiting} <= {"victim"}, stall.waiting
places = [thread.frame.function for thread in stall.waiting if thread.frame]
assert places in ([], ["want_it"]), stall.waiting
assert "MainThread held the GIL while another thread waited" in str(stall)
assert CALLER not in {thread.name for thread in threading.enumerate()}
assert not stall.is_collection and stall.callable in (None, "gilext._native.hold_for"), stall

seen.clear()
with monitor(watchdog=0.05, on_stall=note, watchdog_file=None):
    collect_until(lambda: any(is_of_a_finalizer(stall) for stall in seen))
stall = next(stall for stall in seen if is_of_a_finalizer(stall))
assert stall.is_collection and stall.frames[1].file == "<GC>", stall
assert not gc.callbacks

seen.clear()
with monitor(watchdog=0.05, on_stall=fail, watchdog_file=None):
    stall_until(lambda: len(seen) > 1)
assert {kind.exc_type for kind in unraisable} == {ZeroDivisionError}
assert {kind.object for kind in unraisable} == {fail}

seen.clear()
with monitor(watchdog=0.05, on_stall=go_slowly, watchdog_file=None):
    stall_until(lambda: len(seen) > 2)

seen.clear()
watching = monitor(watchdog=0.05, on_stall=stop_itself, watchdog_file=None)
stall_until(lambda: seen and not watching.is_running)
assert len(seen) == 1

over.set()
other.join()
seen.clear()
with monitor(watchdog=0.05, on_stall=note, watchdog_file=None):
    hold_for(0.3)
assert not seen, "nobody waited"

before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
for _ in range(20):
    with monitor(watchdog=0.05, on_stall=note):
        pass
after = len(os.listdir("/proc/self/fd")) if before else 0
assert after == before, "a file was left open"
print("fine")
