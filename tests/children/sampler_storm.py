"""Start, stop and drop samplers in several threads at once, and fork beside them: nothing may hang.

Arguments: how many rounds. The atexit hook stops what a daemon thread is stopping.
"""

import atexit
import os
import random
import sys
import threading
import warnings

from gilext._native import Sampler

warnings.simplefilter("ignore", DeprecationWarning)

rounds = int(sys.argv[1])


def sampler(interval: float = 5e-5) -> Sampler:
    return Sampler(interval, 0.0, 2 * interval, 1 << 14, 0.0)


def start(subject: Sampler) -> None:
    try:
        subject.start()
    except RuntimeError as error:
        assert "started already" in str(error), error


def go_through_a_life(subject: Sampler) -> None:
    start(subject)
    subject.totals()
    subject.stop()
    assert not subject.is_running
    subject.stalls()
    memoryview(subject)


def stop(subject: Sampler) -> None:
    subject.stop()
    assert not subject.is_running


def fork(subject: Sampler) -> None:
    child = os.fork()
    if child == 0:
        subject.stop()
        subject.totals(), subject.threads(), subject.longest(), subject.stacks(), subject.moments()
        del subject
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


for step in range(rounds):
    subject = sampler(random.choice([1e-5, 5e-5, 1.0]))
    if step % 2:
        start(subject)
    acts = [go_through_a_life, stop, start]
    if step % 4 == 0 and hasattr(os, "fork"):
        acts.append(fork)
    threads = [threading.Thread(target=act, args=(subject,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    subject.stop()

# Dropped while it runs, in threads that let each other run while they wait.
for _ in range(rounds // 4):
    dropped = sampler(1.0)
    start(dropped)
    del dropped

last = sampler()
last.start()
atexit.register(last.stop)
for _ in range(3):
    threading.Thread(target=last.stop, daemon=True).start()
print("fine")
