"""The calls that the scripts on memory make: each function, how it succeeds and how it fails."""

import _imp
import importlib.machinery
import importlib.util
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from gilext import _native

Call = Callable[[], object]


class Unforeseen(Exception):
    """An exception that no C code knows."""


class Raising:
    """Something whose int and float are an exception."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def __index__(self) -> int:
        raise self.error

    def __float__(self) -> float:
        raise self.error


class Index:
    """Something that is no int and stands for 1."""

    def __index__(self) -> int:
        return 1


DATA = bytearray(b"foobar" * 100)
STRIDED = memoryview(bytes(9))[::2]
RELEASED = memoryview(bytes(9))
RELEASED.release()
UINT64_MAX = 2**64 - 1
CREW = _native.time_os_threads
SOME_MEETING = _native.Meeting(2)


LOADER = importlib.machinery.ExtensionFileLoader("gilext._native", _native.__file__)
SPEC = importlib.util.spec_from_loader("gilext._native", LOADER)


def import_a_copy() -> object:
    module = _imp.create_dynamic(SPEC)
    _imp.exec_dynamic(module)
    return module


def executing_a_copy() -> Call:
    """Return the call that fills a new copy of the module."""
    return partial(_imp.exec_dynamic, _imp.create_dynamic(SPEC))


def integer_calls(
    name: str, call: Callable[..., object], lowest: int, highest: int
) -> dict[str, Call]:
    return {
        f"{name}-too_small": partial(call, lowest - 1),
        f"{name}-far_too_small": partial(call, -(2**200)),
        f"{name}-too_large": partial(call, highest + 1),
        f"{name}-far_too_large": partial(call, 2**200),
        f"{name}-of_another_type": partial(call, 1.5),
        f"{name}-raising": partial(call, Raising(Unforeseen)),
        f"{name}-standing_for_one": partial(call, True),
        f"{name}-indexing": partial(call, Index()),
    }


def seconds_calls(name: str, call: Callable[..., object]) -> dict[str, Call]:
    return {
        f"{name}": partial(call, 0.0),
        f"{name}-negative": partial(call, -1.5),
        f"{name}-nan": partial(call, float("nan")),
        f"{name}-too_large": partial(call, 1e300),
        f"{name}-far_too_large": partial(call, 10**400),
        f"{name}-of_another_type": partial(call, "1"),
        f"{name}-raising": partial(call, Raising(Unforeseen)),
        f"{name}-overflowing": partial(call, Raising(OverflowError)),
        f"{name}-missing": partial(call),
        f"{name}-too_many": partial(call, 0, 0),
        f"{name}-unknown_keyword": partial(call, second=1),
    }


CALLS: dict[str, Call] = {"import": import_a_copy}
# Python functions take part in these; the others are C alone.
IN_PYTHON = ("import", "-raising", "-overflowing", "-indexing")

for variant in ("held", "released", "interruptible"):
    spin = getattr(_native, f"spin_{variant}")
    CALLS |= {
        f"spin_{variant}": partial(spin, 10, UINT64_MAX),
        f"spin_{variant}-by_name": partial(spin, seed=UINT64_MAX - 1, iterations=10),
        f"spin_{variant}-missing": partial(spin, seed=1),
        f"spin_{variant}-too_many": partial(spin, 1, 2, 3),
        f"spin_{variant}-twice": partial(spin, 1, iterations=1),
        f"spin_{variant}-unknown_keyword": partial(spin, 1, speed=1),
    }
    CALLS |= integer_calls(f"spin_{variant}-iterations", spin, 0, UINT64_MAX)
    CALLS |= integer_calls(f"spin_{variant}-seed", partial(spin, 0), 0, UINT64_MAX)
for variant in ("held", "released"):
    count_primes = getattr(_native, f"count_primes_{variant}")
    checksum = getattr(_native, f"checksum_{variant}")
    wait = getattr(SOME_MEETING, f"wait_{variant}")
    CALLS |= {
        f"count_primes_{variant}": partial(count_primes, 10**4),
        f"count_primes_{variant}-missing": count_primes,
        f"checksum_{variant}": partial(checksum, DATA),
        f"checksum_{variant}-by_name": partial(checksum, buffer=DATA),
        f"checksum_{variant}-missing": checksum,
        f"checksum_{variant}-of_another_type": partial(checksum, "text"),
        f"checksum_{variant}-with_gaps": partial(checksum, STRIDED),
        f"checksum_{variant}-gone": partial(checksum, RELEASED),
    }
    CALLS |= integer_calls(f"count_primes_{variant}-limit", count_primes, 0, 10**12)
    CALLS |= seconds_calls(f"wait_{variant}", wait)
CALLS |= seconds_calls("hold_for", _native.hold_for)
CALLS |= seconds_calls("release_for", _native.release_for)
CALLS |= {
    "Meeting": partial(_native.Meeting, 1),
    "Meeting-by_name": partial(_native.Meeting, parties=1),
    "Meeting-parties": partial(getattr, SOME_MEETING, "parties"),
    "Meeting-address": partial(getattr, SOME_MEETING, "_address"),
    "Meeting-missing": _native.Meeting,
    "Meeting-too_many": partial(_native.Meeting, 1, 2),
}
CALLS |= integer_calls("Meeting-parties", _native.Meeting, 1, 2**31 - 1)
CALLS |= {
    "time_os_threads-spin": partial(CREW, "spin", 2, 1000),
    "time_os_threads-many": partial(CREW, "spin", 32, 1000),  # no spare tuple is so long
    "time_os_threads-count_primes": partial(CREW, "count_primes", 2, 1000),
    "time_os_threads-checksum": partial(CREW, "checksum", 2, DATA),
    "time_os_threads-with_gaps": partial(CREW, "checksum", 2, STRIDED),
    "time_os_threads-gone": partial(CREW, "checksum", 2, RELEASED),
    "time_os_threads-no_buffer": partial(CREW, "checksum", 2, 3),
    "time_os_threads-loop_of_another_type": partial(CREW, 1, 2, 3),
    "time_os_threads-unknown_loop": partial(CREW, "unheard", 2, 3),
    "time_os_threads-missing": partial(CREW, "spin", argument=3),
}
CALLS |= integer_calls("time_os_threads-workers", partial(CREW, "spin", argument=0), 1, 1024)
CALLS |= integer_calls("time_os_threads-argument", partial(CREW, "spin", 1), 0, UINT64_MAX)

EXPECTED_ERRORS = (TypeError, ValueError, OverflowError, BufferError, Unforeseen)


def make(call: Call) -> None:
    """Make a call, whose result or error nobody wants."""
    with suppress(*EXPECTED_ERRORS):
        call()
