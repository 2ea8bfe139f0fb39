"""Make a call during which a signal is pending, and tell when its handler's exception came.

``interrupt_main`` marks the signal as pending and returns; ``map`` makes the call next, with no
bytecode between the two. So the handler can run nowhere before the call: it runs inside of it,
or after the call has given its result to `results`.
"""

import operator
import signal
import sys
from _thread import interrupt_main
from functools import partial

import gilext
from gilext._native import time_os_threads

UINT64_MAX = 2**64 - 1
CALLS = {
    "spin_held": partial(gilext.spin_held, 1000),
    "spin_released": partial(gilext.spin_released, 1000),
    "spin_interruptible": partial(gilext.spin_interruptible, UINT64_MAX),
    "hold_for": partial(gilext.hold_for, 0.001),
    "release_for": partial(gilext.release_for, 0.001),
    "wait_held": partial(gilext.Meeting(2).wait_held, 0.001),
    "wait_released": partial(gilext.Meeting(2).wait_released, 1e9),
    "time_os_threads": partial(time_os_threads, "spin", 2, UINT64_MAX),
}


class Interruption(Exception):
    """What the handler raises."""


ERROR = Interruption()


def interrupt(signum: int, frame: object) -> None:
    raise ERROR


def main(name: str) -> None:
    signal.signal(signal.SIGINT, interrupt)
    results: list[object] = []
    caught: Interruption | None = None
    try:
        results.extend(map(operator.call, (partial(interrupt_main, signal.SIGINT), CALLS[name])))
    except Interruption as error:
        caught = error
    assert caught is ERROR
    print("exception after the end" if len(results) == 2 else "exception before the end")


main(sys.argv[1])
