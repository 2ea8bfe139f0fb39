"""Make the calls of one function, or of one type, many times and name those after which memory is missing.

A leak shows whenever the calls are repeated, some bytes a call. What is merely cached, or a
table that grows, shows now and then: one repetition without it clears the call. That the method
finds a leak where there is one is what the calls of ``twin`` are for.
"""

import gc
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial

from calls import CALLS, DATA, Call, group, import_a_copy, make

from gilext import Meeting, spin_held
from gilext._native import heap_bytes

CALLS_AT_A_TIME = 300
REPETITIONS = 15  # the first without growth ends them
LEAKED_BYTES = CALLS_AT_A_TIME * 8  # no allocator gives less

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


def python_memory() -> int:
    return tracemalloc.get_traced_memory()[0]


def heap_memory() -> int:
    """Return what malloc() has given out: to C code too, which tracemalloc knows nothing of."""
    return heap_bytes() or 0


def growth(call: Call, memory: Callable[[], int]) -> int:
    def collected_memory() -> int:
        gc.collect()
        gc.collect()  # a free-threaded build keeps some of the garbage until the next collection
        return memory()

    before = collected_memory()
    for _ in range(CALLS_AT_A_TIME):
        make(call)
    return collected_memory() - before


def growths(call: Call, memory: Callable[[], int]) -> list[int]:
    """Return by how much it grew in each repetition, if it grew in all."""
    grown = []
    for _ in range(REPETITIONS):
        grown.append(growth(call, memory))
        if grown[-1] < LEAKED_BYTES:
            return []
    return grown


def leaked(call: Call) -> list[int]:
    tracemalloc.start()
    in_python = growths(call, python_memory)
    tracemalloc.stop()  # what it notes is on the heap
    return in_python or growths(call, heap_memory)


def main(function: str) -> None:
    gc.disable()
    for name, call in (CALLS | TWINS).items():
        if group(name) == function:
            grown = leaked(call)
            print(name, f"leaks {grown}" if grown else "is sound")


main(sys.argv[1])
