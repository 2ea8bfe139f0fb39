"""gevent in the place of threads, patched before or while it is watched: names, fork, callbacks."""

import os
import sys
import threading
import time

from gevent import joinall, monkey, sleep, spawn
from gevent.threadpool import ThreadPool

when = sys.argv[1]
if when == "before":
    monkey.patch_all()

import gilext  # noqa: E402

STALL_SECONDS = 0.02
TRIES = 20


def hold():
    gilext.hold_for(2 * STALL_SECONDS)


def hold_and_sleep():
    hold()
    time.sleep(0.001)


def is_told(stall):
    """Whether it is the hold; its frames can't be read if it is over by then."""
    return bool(stall.frames) and stall.frames[0].function == "hold"


def work():
    """Hold in greenlets, in what threads have become, in a real thread, and fork."""
    greenlets = [spawn(hold_and_sleep) for _ in range(2)]
    threads = [threading.Thread(target=hold_and_sleep, name=f"green-{i}") for i in range(2)]
    for thread in threads:
        thread.start()
    real = ThreadPool(1).spawn(hold_and_sleep)
    joinall(greenlets)
    real.get()
    child = os.fork()
    if child == 0:
        time.sleep(0.001)
        sys.exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    return threads


with gilext.watch(stalls=STALL_SECONDS) as watching:
    if when == "while":
        monkey.patch_all()
    threads = work()
    assert watching.snapshot()
recording = watching.recording
for thread in threads:
    thread.join()
names = [thread.name for thread in recording.by_thread]
assert names.count("MainThread") == 1 and not any("green" in name for name in names), names
main = names.index("MainThread")
held = [stack for stack in recording.stacks if stack.frames[0].function == "hold"]
assert {stack.frames[1].function for stack in held} <= {"hold_and_sleep"}
assert any(stack.thread == main for stack in held)

ended = []
pool = ThreadPool(1)
with gilext.monitor(watchdog=STALL_SECONDS, watchdog_file=None, on_stall=ended.append) as monitor:
    for _ in range(TRIES):
        job = pool.spawn(hold)
        while not job.ready():
            sleep(0.001)
        sleep(0.01)
        if any(is_told(stall) for stall in ended):
            break
    assert monitor.is_running
assert any(is_told(stall) for stall in ended), ended
print("right")
