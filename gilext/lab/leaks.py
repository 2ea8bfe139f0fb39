"""What leaks in C, and what `check_leaks` says of it.

A C function that forgets ``Py_DECREF`` keeps an object alive; one that forgets ``free`` keeps
memory that no count and no collector knows of; one that drops a reference which it doesn't own lets
an object be freed while it is in use. All are made here with ctypes, which calls the C functions as
an extension would. A cycle of Python objects is no leak: the collector frees it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from gilext.core.environment import info
from gilext.lab.lesson import Lesson
from gilext.references.leaks import check_leaks
from gilext.references.usage import COUNTERS

_BYTES = 200
_EVERY = 10
# It ends as soon as it is sure: a busy machine takes longer to.
_MAX_SECONDS = 60.0

_take_reference = ctypes.pythonapi.Py_IncRef
_drop_reference = ctypes.pythonapi.Py_DecRef
_take_reference.argtypes = _drop_reference.argtypes = [ctypes.py_object]
_take_reference.restype = _drop_reference.restype = None
_malloc = ctypes.CDLL(None).malloc
_malloc.argtypes = [ctypes.c_size_t]
_malloc.restype = ctypes.c_void_p
_free = ctypes.CDLL(None).free
_free.argtypes = [ctypes.c_void_p]
_free.restype = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A function and what a call of it leaves behind.

    Attributes
    ----------
    function : str
        What it does.
    leaks : str
        What grows with the calls, or that nothing does.
    counted_in : str
        What is counted: references, bytes, file descriptors.
    per_call : float or None
        How many of them each call leaves behind, below 0 for references that are lost; None if
        nothing leaks.
    """

    function: str
    leaks: str
    counted_in: str
    per_call: float | None


class Stamp:
    """A type, as one that an extension makes."""


def keep_a_reference(value: object) -> None:
    """Take a reference and never drop it: a missing Py_DECREF."""
    _take_reference(value)


def keep_one_in_ten(value: object, calls: list[None]) -> None:
    """Take a reference in one of ten calls: a missing Py_DECREF on a way that few calls take."""
    calls.append(None)
    if len(calls) == _EVERY:
        calls.clear()
        _take_reference(value)


def keep_the_type() -> None:
    """Make an instance, and keep its reference to the type: a tp_dealloc that forgets it."""
    _take_reference(type(Stamp()))


def keep_a_new_object() -> None:
    """Make an object and take one reference too many: a missing Py_DECREF on an error path."""
    _take_reference([1, 2, 3])


async def keep_in_a_coroutine(value: object) -> None:
    """Take a reference in a coroutine: calling it does nothing, awaiting it does."""
    _take_reference(value)


def lose_a_reference(value: object) -> None:
    """Drop a reference that others own: one Py_DECREF too many, and a crash later on."""
    _drop_reference(value)


def keep_memory() -> None:
    """Take memory and lose its address: a missing free()."""
    _malloc(_BYTES)


def give_memory_back() -> None:
    """Take memory, and free it."""
    _free(_malloc(_BYTES))


def keep_a_file_open() -> None:
    """Open a file and lose its descriptor: a missing close()."""
    os.open(os.devnull, os.O_RDONLY)


def make_a_cycle() -> None:
    """Make a list that holds itself: counting alone never frees it."""
    ring: list[object] = []
    ring.append(ring)


def find_leaks() -> Lesson:
    """Check functions that leak in different ways, and three that don't.

    Returns
    -------
    Lesson
        With a `Suspect` for each.
    """
    kept: list[object] = []
    numbers = iter(range(1 << 62))

    def remember() -> None:
        kept.append(object())

    @lru_cache(maxsize=100)
    def cached(number: int) -> list[int]:
        return [number]

    value = object()
    leaky = [
        _check("no Py_DECREF of its argument", keep_a_reference, value),
        _check("none in one of ten calls", keep_one_in_ten, value, []),
        _check("none of an instance's type", keep_the_type),
        _check("none of a new list", keep_a_new_object),
        _check("none in a coroutine", keep_in_a_coroutine, value),
        _check("a Py_DECREF too many", lose_a_reference, value),
        _check("no free() of 200 bytes", keep_memory),
        _check("no close() of a file", keep_a_file_open),
        _check("a list that only grows", remember),
    ]
    clean = [
        _check("malloc() and free()", give_memory_back),
        _check("a cycle of objects", make_a_cycle),
        _check("a cache of 100 entries", lambda: cached(next(numbers))),
    ]
    unseen = sum(one.read() is None for one in COUNTERS if one.name in ("heap", "file descriptors"))
    found = sum(row.per_call is not None for row in leaky)
    wrong = sum(row.per_call is not None for row in clean)
    return Lesson(
        title="thousands of calls of each function",
        rows=(*leaky, *clean),
        sentence=(
            f"{found} of {len(leaky)} leaks were found, and {wrong} of {len(clean)} functions "
            "that leak nothing were blamed."
        ),
        shown=found >= len(leaky) - unseen and not wrong,
        environment=info(),
    )


def _check(what: str, function: Callable[..., object], *args: object) -> Suspect:
    report = check_leaks(function, *args, seconds=_MAX_SECONDS)
    if not report.leaks:
        return Suspect(what, "nothing", "-", None)
    leak = report.leaks[0]
    return Suspect(what, leak.of, f"{leak.kind}s", leak.per_call)
