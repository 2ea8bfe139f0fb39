"""The ways into the C functions from outside the C API: cffi and ctypes, each in two modes.

All of them run the code of ``csrc/loops/loops.c``. ctypes and cffi's ABI mode open the file of
``gilext._native`` itself; cffi's API mode compiles the same C files with the same flags.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, SupportsIndex

from gilext import _native
from gilext._native import PRIMES_LIMIT
from gilext.loops.pure import UINT64_MAX, checked_uint64, contiguous_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from typing_extensions import Buffer


class ForeignFunctions:
    """The C functions as one foreign function interface calls them.

    ctypes and cffi check less than the C API: they pass a negative number on as a huge one, or
    fail without naming the argument. So the arguments are checked here.

    Parameters
    ----------
    library : object
        Has the C functions as attributes.
    export : callable
        Takes a view of bytes; returns a context manager that gives a pointer to them.
    pointer_to : callable
        Takes an address; returns a pointer to it.
    """

    def __init__(
        self,
        library: Any,
        export: Callable[[memoryview], AbstractContextManager[Any]],
        pointer_to: Callable[[int], Any],
    ) -> None:
        self._library = library
        self._export = export
        self._pointer_to = pointer_to

    def spin(self, iterations: SupportsIndex, seed: SupportsIndex = 0) -> int:
        """Advance a 64-bit integer chain; see `gilext.spin_held`."""
        steps = checked_uint64("iterations", iterations)
        return int(self._library.gilext_spin(steps, checked_uint64("seed", seed)))

    def count_primes(self, limit: SupportsIndex) -> int:
        """Count the primes up to a limit; see `gilext.count_primes_held`."""
        checked = checked_uint64("limit", limit, PRIMES_LIMIT)
        count = int(self._library.gilext_count_primes(checked))
        if count == UINT64_MAX:  # as loops.h has it
            raise MemoryError
        return count

    def checksum(self, buffer: Buffer) -> int:
        """Compute FNV-1a, 64 bits; see `gilext.checksum_held`."""
        with contiguous_view(buffer) as view, self._export(view) as pointer:
            return int(self._library.gilext_checksum(pointer, len(view)))

    def meet(self, meeting: _native.Meeting, timeout: float) -> bool:
        """Wait inside C for the other parties of a meeting, up to `timeout` seconds."""
        pointer = self._pointer_to(meeting._address)
        return bool(self._library.gilext_meet(pointer, int(timeout * 1e9)))


def _through_cffi(library: Any, ffi: Any) -> ForeignFunctions:
    return ForeignFunctions(library, ffi.from_buffer, partial(ffi.cast, "void *"))


def _through_ctypes(library: Any) -> ForeignFunctions:
    from ctypes import c_int, c_size_t, c_uint64, c_void_p

    library.gilext_spin.argtypes = (c_uint64, c_uint64)
    library.gilext_spin.restype = c_uint64
    library.gilext_count_primes.argtypes = (c_uint64,)
    library.gilext_count_primes.restype = c_uint64
    library.gilext_checksum.argtypes = (c_void_p, c_size_t)
    library.gilext_checksum.restype = c_uint64
    library.gilext_meet.argtypes = (c_void_p, c_uint64)
    library.gilext_meet.restype = c_int
    return ForeignFunctions(library, _export_to_ctypes, int)


@contextmanager
def _export_to_ctypes(view: memoryview) -> Iterator[Any]:
    from ctypes import c_char

    if view.readonly:
        # ctypes has a pointer to read-only memory for bytes alone: what isn't bytes is copied.
        whole = isinstance(view.obj, bytes) and len(view.obj) == len(view)
        yield view.obj if whole else bytes(view)
    else:
        yield (c_char * len(view)).from_buffer(view)


@cache
def cffi_api() -> ForeignFunctions:
    """Return the C functions through cffi's API mode, which releases the GIL at every call."""
    from gilext._cffi_loops import ffi, lib

    return _through_cffi(lib, ffi)


@cache
def cffi_abi() -> ForeignFunctions:
    """Return the C functions through cffi's ABI mode, which releases the GIL at every call."""
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(files("gilext.loops").joinpath("loops.cdef").read_text(encoding="utf-8"))
    return _through_cffi(ffi.dlopen(_native.__file__), ffi)


@cache
def ctypes_cdll() -> ForeignFunctions:
    """Return the C functions through ctypes.CDLL, which releases the GIL at every call."""
    from ctypes import CDLL

    return _through_ctypes(CDLL(_native.__file__))


@cache
def ctypes_pydll() -> ForeignFunctions:
    """Return the C functions through ctypes.PyDLL, which holds the GIL throughout."""
    from ctypes import PyDLL

    return _through_ctypes(PyDLL(_native.__file__))
