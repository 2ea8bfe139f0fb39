"""Run by `byte_code` in any interpreter: the instructions after which a thread is switched.

One thread runs the loop; the main thread asks for the GIL again and again. Each time it gets it,
it reads from the frame of the other thread which instruction came last. It imports nothing of
gilext, and runs on old interpreters.
"""

from __future__ import annotations

import collections
import dis
import json
import platform
import sys
import threading
import time
from collections.abc import Callable

_SAMPLES = 100
_ROUND = 100000


class Box:
    """What is counted in."""

    total = 0


def in_one_statement(box: Box, times: int) -> None:
    """Read, add and write, as it is published."""
    for _ in range(times):
        box.total += 1


def nothing() -> None:
    """Do nothing, as a call."""


def with_a_call(box: Box, times: int) -> None:
    """Call a function between reading and writing."""
    for _ in range(times):
        total = box.total
        nothing()
        box.total = total + 1


def switches_in(loop: Callable[[Box, int], None]) -> list[tuple[str, bool, int]]:
    """Return how often the thread of a loop was switched after which instruction."""
    instructions = list(dis.get_instructions(loop))
    offset_of = {one.opname: one.offset for one in instructions if one.argval == "total"}
    found: collections.Counter[tuple[str, bool]] = collections.Counter()
    box, goes_on = Box(), [True]

    def work() -> None:
        while goes_on:
            loop(box, _ROUND)

    thread = threading.Thread(target=work)
    thread.start()
    for _ in range(_SAMPLES):
        time.sleep(0.0005)
        frame = sys._current_frames().get(thread.ident or 0)
        while frame is not None and frame.f_code is not loop.__code__:
            frame = frame.f_back
        if frame is not None and frame.f_lasti >= 0:
            last = [one for one in instructions if one.offset <= frame.f_lasti][-1]
            is_between = offset_of["LOAD_ATTR"] <= last.offset < offset_of["STORE_ATTR"]
            found[last.opname, is_between] += 1
    goes_on.clear()
    thread.join()
    return [(name, is_between, times) for (name, is_between), times in found.most_common()]


if __name__ == "__main__":
    sys.setswitchinterval(0.001)
    answer = {
        "name": f"{platform.python_implementation()} {platform.python_version()}",
        "loops": {
            "one statement": switches_in(in_one_statement),
            "a call between": switches_in(with_a_call),
        },
    }
    print(json.dumps(answer))
