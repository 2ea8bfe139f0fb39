"""Make the calls of one function while one allocation after the other fails."""

import sys
import tracemalloc
from _imp import exec_dynamic
from _testcapi import remove_mem_hooks, set_nomemory
from collections.abc import Callable
from functools import partial
from itertools import count
from types import FunctionType

from calls import (
    CALLS,
    DATA,
    EXPECTED_ERRORS,
    IN_ANOTHER_THREAD,
    IN_PYTHON,
    STRIDED,
    Call,
    executing_a_copy,
    group,
)

UNTIL_THE_END = 0
CALLS_AT_A_TIME = 10
REPETITIONS = 4
SMALLEST_LEAK = 8  # bytes
NO_EXCEPTION_FROM_A_NEW_TYPE = (
    "execution of module gilext._native failed without setting an exception"
)
ENOUGH_SOUND_CALLS = 5


def runs_out_of_memory(call: Call, first: int, last: int) -> bool:
    """Make the call; its allocations from number `first` to before `last` fail."""
    try:
        try:
            set_nomemory(first, last)
            call()
        finally:
            remove_mem_hooks()
    except MemoryError:
        return True
    except EXPECTED_ERRORS:
        return False
    except SystemError as error:
        # Some CPythons up to 3.13 raise nothing when they can't store the name of a new type.
        if sys.version_info >= (3, 14) or str(error) != NO_EXCEPTION_FROM_A_NEW_TYPE:
            raise
        return True
    return False


def may_not_leak(call: Call) -> bool:
    """Return whether each leak would be ours.

    CPython's ``partial`` itself leaks when it runs out of memory over arguments by name, and a
    new type is not freed before the collector comes.
    """
    return not getattr(call, "keywords", None) and getattr(call, "func", None) is not exec_dynamic


def leaks(call: Call, first: int, last: int) -> bool:
    """Repeat the same failure: a leak shows every time, as in ``leaks.py``."""

    def growth() -> int:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(CALLS_AT_A_TIME):
            runs_out_of_memory(call, first, last)
        return tracemalloc.get_traced_memory()[0] - before

    return all(growth() >= CALLS_AT_A_TIME * SMALLEST_LEAK for _ in range(REPETITIONS))


def failures(prepare: Callable[[], Call], how_many: int, is_judged: bool) -> int:
    """Let fail the first allocation, then the second, … until the call needs no more of them."""
    failed = sound = 0
    for first in count():
        call = prepare()
        last = first + how_many if how_many else UNTIL_THE_END
        if runs_out_of_memory(call, first, last):
            failed += 1
            assert not is_judged or not leaks(call, first, last), (call, first)
            sound = 0
        else:
            sound += 1
        # Whatever failed, the buffer has been given back.
        DATA.append(0)
        del DATA[-1:]
        if sound == ENOUGH_SOUND_CALLS:
            break
    return failed


def main(function: str) -> None:
    tracemalloc.start()
    # CPython itself does not survive every failure where one Python function calls another, nor
    # tracemalloc one in a thread that has no thread state yet.
    prepared = {
        name: partial(lambda call: call, call)
        for name, call in CALLS.items()
        if not name.endswith(IN_PYTHON)
        and name not in IN_ANOTHER_THREAD
        and not isinstance(call, FunctionType)
    }
    for name, prepare in (prepared | {"import": executing_a_copy}).items():
        if group(name) == function:
            is_judged = may_not_leak(prepare())
            failed = sum(failures(prepare, n, is_judged) for n in (1, UNTIL_THE_END))
            print(name, "failed" if failed else "never failed")
    STRIDED.release()


main(sys.argv[1])
