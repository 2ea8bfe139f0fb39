"""Run a crew where the system gives too few threads: refused, and no thread goes on waiting."""

import sys
import threading

import gilext
from gilext.comparison.crews import run_threads

ran: list[int] = []
CALLS = {
    "run_threads": lambda: run_threads(4, ran.append),  # type: ignore[arg-type]
    "compare": lambda: gilext.compare(workers=3, rounds=1, seconds=0.001, ways=["held"]),
}
call, startable = CALLS[sys.argv[1]], int(sys.argv[2])
start = threading.Thread.start
started: list[threading.Thread] = []


def start_if_any_is_left(thread: threading.Thread) -> None:
    if len(started) == startable:
        raise RuntimeError("can't start new thread")
    started.append(thread)
    start(thread)


threading.Thread.start = start_if_any_is_left  # type: ignore[method-assign]
try:
    call()
except RuntimeError as error:
    assert str(error) == "can't start new thread", error
    assert len(started) == startable
    assert ran == []
    print("refused; no thread is left" if threading.active_count() == 1 else "threads are left")
