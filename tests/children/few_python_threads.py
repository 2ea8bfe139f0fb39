"""Compare with a system that gives too few threads: refused, and no thread goes on waiting."""

import threading

import gilext

start = threading.Thread.start
started: list[threading.Thread] = []


def start_the_first_two(thread: threading.Thread) -> None:
    if len(started) == 3:  # the baseline's one, and two of the crew's three
        raise RuntimeError("can't start new thread")
    started.append(thread)
    start(thread)


threading.Thread.start = start_the_first_two  # type: ignore[method-assign]
try:
    gilext.compare(workers=3, rounds=1, seconds=0.001, ways=["held"])
except RuntimeError as error:
    assert str(error) == "can't start new thread", error
    print("refused; no thread is left" if threading.active_count() == 1 else "threads are left")
