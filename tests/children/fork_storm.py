"""Threads fork and start threads all the time, while watches with children begin and end."""

import os
import tempfile
import threading
import time
import warnings

from gilext import hold_for, watch

warnings.simplefilter("ignore", DeprecationWarning)
tempfile.tempdir = os.environ["STORM"]
is_over = threading.Event()
ends = []


def fork_on():
    while not is_over.is_set():
        process = os.fork()
        if process == 0:
            hold_for(0.001)
            os._exit(0)
        ends.append(os.waitpid(process, 0)[1])


def start_on():
    while not is_over.is_set():
        started = threading.Thread(target=int)
        started.start()
        started.join()


before = dict(os.environ)
with watch(children=True):
    pass  # what it imports is there: a fork in the middle of an import takes the import's lock along
threads = [threading.Thread(target=target) for target in (fork_on, fork_on, start_on)]
for thread in threads:
    thread.start()
deadline = time.monotonic() + 8
seen = 0
while time.monotonic() < deadline:
    with watch(children=True) as watched:
        time.sleep(0.02)
    seen += len(watched.recording.children)
is_over.set()
for thread in threads:
    thread.join()
assert set(ends) == {0}, set(ends)
assert seen > 0
assert dict(os.environ) == before
assert os.listdir(tempfile.tempdir) == [], os.listdir(tempfile.tempdir)
print("fine")
