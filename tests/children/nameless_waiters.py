"""Watch a thread that waits, where no file can be opened, and so nobody asked what it waits for."""

import os
import resource
import threading

from gilext import hold_for, release_for, watch


def watched_wait():
    """Return the recording of a hold for which another thread waits."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    watched = watch()
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))), most))
    watched.__enter__()
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    thread = threading.Thread(target=release_for, args=(0.02,))
    thread.start()
    hold_for(0.2)
    thread.join()
    watched.__exit__(None, None, None)
    return watched.recording


recording = watched_wait()
while not recording.stalls:
    recording = watched_wait()
assert recording.wait_seconds > 0
assert {one.waited_seconds for one in recording.by_thread} == {None}
assert {stall.victims for stall in recording.stalls} == {()}
print("counted, not named")
