"""Make a call that would last for centuries; a timer's signals end it."""

import signal
import sys
from collections.abc import Callable
from functools import partial

import gilext
from gilext._native import time_os_threads

CALLS: dict[str, Callable[[], object]] = {
    "spin_interruptible": partial(gilext.spin_interruptible, 2**64 - 1),
    "wait_released": partial(gilext.Meeting(2).wait_released, 9e9),
    "time_os_threads-spin": partial(time_os_threads, "spin", 2, 2**64 - 1),
    "time_os_threads-count_primes": partial(time_os_threads, "count_primes", 2, 10**12),
}


class Interruption(Exception):
    """What the handler raises."""


signals: list[int] = []


def interrupt(signum: int, frame: object) -> None:
    signals.append(signum)
    if len(signals) == 5:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise Interruption


def main(call: Callable[[], object]) -> None:
    signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        call()
    except Interruption:
        print("interrupted")


main(CALLS[sys.argv[1]])
