"""Count arenas while another hook is set above gilext's, and taken out again."""

import ctypes

from gilext._native import ArenaCount


class Allocator(ctypes.Structure):
    _fields_ = (("ctx", ctypes.c_void_p), ("alloc", ctypes.c_void_p), ("free", ctypes.c_void_p))


def current() -> tuple[int | None, int, int]:
    found = Allocator()
    ctypes.pythonapi.PyObject_GetArenaAllocator(ctypes.byref(found))
    return found.ctx, found.alloc, found.free


def set_another(allocator: tuple[int | None, int, int]) -> None:
    """Set a hook that passes on to the given one, which makes nothing of its context."""
    _, alloc, free = allocator
    another = Allocator(1, alloc, free)
    ctypes.pythonapi.PyObject_SetArenaAllocator(ctypes.byref(another))


def set_back(allocator: tuple[int | None, int, int]) -> None:
    ctypes.pythonapi.PyObject_SetArenaAllocator(ctypes.byref(Allocator(*allocator)))


def use_arenas() -> None:
    kept = [object() for _ in range(200_000)]
    del kept


at_first = current()
with ArenaCount() as arenas:
    ours = current()
    assert ours != at_first
    assert arenas.bytes is not None
    set_another(ours)
    use_arenas()
    assert arenas.bytes is None
another = current()
assert another != at_first  # not taken out

with ArenaCount() as arenas:
    assert arenas.bytes is None
    assert current() == another
    use_arenas()
assert current() == another

set_back(ours)  # as a hook does that has found ours
use_arenas()
with ArenaCount() as arenas:
    assert arenas.bytes is not None
    use_arenas()
assert current() == at_first

forgotten = ArenaCount()
forgotten.__enter__()
assert current() == ours
del forgotten
assert current() == at_first
use_arenas()
print("counted")
