"""Make the calls of one function many times and name those after which memory is missing.

A leak shows whenever the calls are repeated, some bytes a call. What is merely cached, or a
table that grows, shows now and then: one repetition without it clears the call. That the method
finds a leak where there is one is what the calls of ``twin`` are for.
"""

import gc
import sys
import tracemalloc
from functools import partial

from calls import CALLS, DATA, Call, import_a_copy, make

from gilext import Meeting, spin_held

CALLS_AT_A_TIME = 300
REPETITIONS = 5
SMALLEST_LEAK = 8  # bytes; no allocator of Python's gives less

kept: list[object] = []


def keep(call: Call) -> None:
    kept.append(call())


def keep_error(call: Call) -> None:
    try:
        call()
    except TypeError as error:
        kept.append(error)


TWINS: dict[str, Call] = {
    "twin-result": partial(keep, partial(spin_held, 1)),
    "twin-meeting": partial(keep, partial(Meeting, 2)),
    "twin-buffer": partial(keep, partial(memoryview, DATA)),
    "twin-error": partial(keep_error, spin_held),
    "twin-module": partial(keep, import_a_copy),
}


def memory() -> int:
    gc.collect()
    gc.collect()  # a free-threaded build keeps some of the garbage until the next collection
    return tracemalloc.get_traced_memory()[0]


def growth(call: Call) -> int:
    before = memory()
    for _ in range(CALLS_AT_A_TIME):
        make(call)
    return memory() - before


def leaks(call: Call) -> bool:
    return all(growth(call) >= CALLS_AT_A_TIME * SMALLEST_LEAK for _ in range(REPETITIONS))


def main(function: str) -> None:
    gc.disable()
    tracemalloc.start()
    for name, call in (CALLS | TWINS).items():
        if name.split("-")[0] == function:
            print(name.partition("-")[2] or "success", "leaks" if leaks(call) else "is sound")


main(sys.argv[1])
