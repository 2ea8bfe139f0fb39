"""What a process uses that has no reference count: blocks, memory, descriptors, threads."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from gilext._native import heap_bytes, memory_sizes

# glibc gives out no less, its own words included.
SMALLEST_OF_HEAP = 32


@dataclass(frozen=True, slots=True)
class Counter:
    """One figure of the process.

    Attributes
    ----------
    name : str
        What it counts, as `Leak.of` has it.
    unit : str
        One of what it counts; ``"byte"`` for memory.
    read : callable
        Returns it, or None if it can't be read here.
    least : float
        The smallest amount of it that can be leaked.
    """

    name: str
    unit: str
    read: Callable[[], int | None]
    least: float = 1.0


def _blocks() -> int | None:
    return sys.getallocatedblocks() or None


def _total_references() -> int | None:
    read = getattr(sys, "gettotalrefcount", None)
    return None if read is None else int(read())


def _address_space() -> int | None:
    sizes = memory_sizes()
    return None if sizes is None else sizes[0]


def _private_memory() -> int | None:
    sizes = memory_sizes()
    return None if sizes is None else sizes[1]


def _entries(folder: str) -> Callable[[], int | None]:
    def count() -> int | None:
        try:
            return len(os.listdir(folder))
        except OSError:
            return None

    return count


def _children() -> int | None:
    count = 0
    try:
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children") as file:
                count += len(file.read().split())
    except OSError:
        return None
    return count


def _interpreters() -> int | None:
    module = sys.modules.get("_interpreters") or sys.modules.get("_xxsubinterpreters")
    return None if module is None else len(module.list_all())


# The last ones are read closest to the calls, and read without making an object.
COUNTERS = (
    Counter("child processes", "child process", _children),
    Counter("interpreters", "interpreter", _interpreters),
    Counter("file descriptors", "file descriptor", _entries("/proc/self/fd")),
    Counter("native threads", "native thread", _entries("/proc/self/task")),
    Counter("threads", "thread", threading.active_count),
    Counter("uncollectable objects", "uncollectable object", lambda: len(gc.garbage)),
    Counter("address space", "byte", _address_space, 4096),
    Counter("private memory", "byte", _private_memory, SMALLEST_OF_HEAP),
    Counter("references", "reference", _total_references),
    Counter("heap", "byte", heap_bytes, SMALLEST_OF_HEAP),
    Counter("memory", "memory block", _blocks),
)

UNITS = {counter.name: counter.unit for counter in COUNTERS}
LEAST = {counter.name: counter.least for counter in COUNTERS}
MEMORY = ("memory", "heap", "address space", "private memory")
# Of any leak these may grow, so they say nothing if something else grows.
EXPLAINED_BY_OTHERS = frozenset({"address space", "private memory", "references"})
RESOURCES = (
    "file descriptors", "threads", "native threads", "child processes", "interpreters",
    "uncollectable objects",
)  # fmt: skip

# Where memory is, in words.
PLACES = {
    "heap": "malloc()'s heap",
    "address space": "address space, which is mapped and never unmapped",
    "private memory": "memory that no allocator here accounts for",
}
