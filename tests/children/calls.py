"""The calls that the scripts on memory make: each function, how it succeeds and how it fails."""

import _imp
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import BytesIO

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
    } | bad_calls(name, call, 1)


def bad_calls(name: str, call: Callable[..., object], required: int) -> dict[str, Call]:
    """Return the calls with too few arguments, too many, and one of an unknown name."""
    calls = {
        f"{name}-too_many": partial(call, *[None] * 9),
        f"{name}-unknown_keyword": partial(call, *[None] * required, speed=1),
    }
    return calls | ({f"{name}-missing": call} if required else {})


# -- loops -----------------------------------------------------------------------------------

CALLS: dict[str, Call] = {"import": import_a_copy}
# Python functions take part in these; the others are C alone.
IN_PYTHON = ("import", "-raising", "-overflowing", "-indexing")
# These start a thread that makes a thread state of its own.
IN_ANOTHER_THREAD = ("probe_calls", "probe_calls-function_that_fails", "probe_calls-not_callable")

for variant in ("held", "released", "interruptible"):
    spin = getattr(_native, f"spin_{variant}")
    CALLS |= {
        f"spin_{variant}": partial(spin, 10, UINT64_MAX),
        f"spin_{variant}-by_name": partial(spin, seed=UINT64_MAX - 1, iterations=10),
        f"spin_{variant}-twice": partial(spin, 1, iterations=1),
    }
    CALLS |= bad_calls(f"spin_{variant}", spin, 1)
    CALLS |= integer_calls(f"spin_{variant}-iterations", spin, 0, UINT64_MAX)
    CALLS |= integer_calls(f"spin_{variant}-seed", partial(spin, 0), 0, UINT64_MAX)
for variant in ("held", "released"):
    count_primes = getattr(_native, f"count_primes_{variant}")
    checksum = getattr(_native, f"checksum_{variant}")
    sum_range = getattr(_native, f"sum_range_{variant}")
    CALLS |= {
        f"count_primes_{variant}": partial(count_primes, 10**4),
        f"checksum_{variant}": partial(checksum, DATA),
        f"checksum_{variant}-by_name": partial(checksum, buffer=DATA),
        f"checksum_{variant}-of_another_type": partial(checksum, "text"),
        f"checksum_{variant}-with_gaps": partial(checksum, STRIDED),
        f"checksum_{variant}-gone": partial(checksum, RELEASED),
        f"sum_range_{variant}": partial(sum_range, 2**31, 2**31 + 10),
    }
    CALLS |= bad_calls(f"count_primes_{variant}", count_primes, 1)
    CALLS |= bad_calls(f"checksum_{variant}", checksum, 1)
    CALLS |= bad_calls(f"sum_range_{variant}", sum_range, 2)
    CALLS |= integer_calls(f"count_primes_{variant}-limit", count_primes, 0, 10**12)
    CALLS |= integer_calls(f"sum_range_{variant}-start", partial(sum_range, stop=0), 0, 2**32)
    CALLS |= integer_calls(f"sum_range_{variant}-stop", partial(sum_range, 2**32), 0, 2**32)
CALLS |= seconds_calls("hold_for", _native.hold_for)
CALLS |= seconds_calls("release_for", _native.release_for)
CALLS |= {
    "time_os_threads": partial(CREW, "spin", 2, 1000),
    "time_os_threads-many": partial(CREW, "spin", 32, 1000),  # no spare tuple is so long
    "time_os_threads-count_primes": partial(CREW, "count_primes", 2, 1000),
    "time_os_threads-checksum": partial(CREW, "checksum", 2, DATA),
    "time_os_threads-with_gaps": partial(CREW, "checksum", 2, STRIDED),
    "time_os_threads-gone": partial(CREW, "checksum", 2, RELEASED),
    "time_os_threads-no_buffer": partial(CREW, "checksum", 2, 3),
    "time_os_threads-loop_of_another_type": partial(CREW, 1, 2, 3),
    "time_os_threads-unknown_loop": partial(CREW, "unheard", 2, 3),
}
CALLS |= bad_calls("time_os_threads", CREW, 3)
CALLS |= integer_calls("time_os_threads-workers", partial(CREW, "spin", argument=0), 1, 1024)
CALLS |= integer_calls("time_os_threads-argument", partial(CREW, "spin", 1), 0, UINT64_MAX)

# -- Meeting ---------------------------------------------------------------------------------

CALLS |= {
    "Meeting": partial(_native.Meeting, 1),
    "Meeting-by_name": partial(_native.Meeting, parties=1),
    "Meeting.parties": partial(getattr, SOME_MEETING, "parties"),
    "Meeting._address": partial(getattr, SOME_MEETING, "_address"),
}
CALLS |= bad_calls("Meeting", _native.Meeting, 1)
CALLS |= integer_calls("Meeting-parties", _native.Meeting, 1, 2**31 - 1)
CALLS |= seconds_calls("Meeting.wait_held", SOME_MEETING.wait_held)
CALLS |= seconds_calls("Meeting.wait_released", SOME_MEETING.wait_released)

# -- what one function does ------------------------------------------------------------------

NEW_OBJECT = partial(bytes, 100)
ERROR = partial(int, "none")
for name in ("watch_calls", "probe_calls"):
    call = getattr(_native, name)
    CALLS |= {
        f"{name}": partial(call, NEW_OBJECT, (), {}, 0.0, 1e-5),
        f"{name}-function_that_fails": partial(call, ERROR, (), {}, 0.0, 1e-5),
        f"{name}-not_callable": partial(call, 1, (), {}, 0.0, 1e-5),
        f"{name}-no_tuple": partial(call, NEW_OBJECT, [], {}, 0.0, 1e-5),
        f"{name}-no_dict": partial(call, NEW_OBJECT, (), [], 0.0, 1e-5),
        f"{name}-seconds_of_another_type": partial(call, NEW_OBJECT, (), {}, "1", 1e-5),
        f"{name}-interval_of_another_type": partial(call, NEW_OBJECT, (), {}, 0.0, "1"),
    }
    CALLS |= bad_calls(name, call, 5)

# -- Sampler ---------------------------------------------------------------------------------


def new_sampler() -> _native.Sampler:
    return _native.Sampler(1e-4, 1e-4, 1e-3, 1 << 16, 0.1)


def stopped_sampler() -> _native.Sampler:
    """Return a sampler that has seen holds, where there is a GIL to hold."""
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    while True:
        sampler = new_sampler()
        sampler.start()
        for _ in range(10):
            _native.hold_for(0.003)
            _native.release_for(0.001)
        sampler.stop()
        if sampler.longest() or not has_gil:
            return sampler


def started() -> object:
    sampler = new_sampler()
    sampler.start()
    return sampler.stop()


STOPPED = stopped_sampler()
CALLS |= {
    "Sampler": partial(_native.Sampler, 1e-4, 1e-4, 1e-3, 1 << 16, 0.1),
    "Sampler-interval_of_another_type": partial(_native.Sampler, "1", 1, 0, 0),
    "Sampler-stall_negative": partial(_native.Sampler, 1, 1, -1, 0),
    "Sampler.start": started,
    "Sampler.start-again": STOPPED.start,
    "Sampler.stop": new_sampler().stop,
    "Sampler.__buffer__": partial(memoryview, STOPPED),
    "Sampler.__buffer__-to_write": partial(BytesIO(b"text").readinto, STOPPED),
}
CALLS |= bad_calls("Sampler", _native.Sampler, 4)
CALLS |= integer_calls("Sampler-memory", partial(_native.Sampler, 1, 1, 0), 0, 2**63 - 1)
for view in (
    "totals", "window", "threads", "longest", "stalls", "histogram", "stacks", "frames",
):  # fmt: skip
    CALLS[f"Sampler.{view}"] = getattr(STOPPED, view)
for attribute in ("is_running", "knows_frames", "sees_waits"):
    CALLS[f"Sampler.{attribute}"] = partial(getattr, STOPPED, attribute)

# -- references ------------------------------------------------------------------------------

CALLS |= {
    "refcount": partial(_native.refcount, DATA),
    "refcount-unpacked": lambda: _native.refcount(*(DATA,)),
    "refcount-too_many": partial(_native.refcount, 1, 2),
    "is_immortal": partial(_native.is_immortal, DATA),
    "refcount_parts": partial(_native.refcount_parts, DATA),
    "heap_bytes": _native.heap_bytes,
    "UnsupportedInterpreter": partial(_native.UnsupportedInterpreter, "of another kind"),
}

# -- lab -------------------------------------------------------------------------------------

COUNTERS = _native.Counters("global mutex", 3)
CALLS |= {
    "Counters": partial(_native.Counters, "plain", 1000),
    "Counters-unheard_of": partial(_native.Counters, "unheard of", 1),
    "Counters-counting_of_another_type": partial(_native.Counters, 1, 1),
    "Counters.total": COUNTERS.total,
    "Counters.tally": COUNTERS.tally,
    "Counters.init_references": COUNTERS.init_references,
}
CALLS |= bad_calls("Counters", _native.Counters, 2)
CALLS |= integer_calls("Counters-cells", partial(_native.Counters, "plain"), 1, 2**31 - 1)
for method in ("add_held", "add_released", "take_and_drop_held", "take_and_drop_released"):
    call = getattr(COUNTERS, method)
    CALLS |= {f"Counters.{method}": partial(call, 10, owner=True)}
    CALLS |= bad_calls(f"Counters.{method}", call, 1)
    CALLS |= {f"Counters.{method}-of_another_type": partial(call, 1.5)}
PAIR = _native.LockPair()
CALLS |= {
    "LockPair": _native.LockPair,
    "LockPair-too_many": partial(_native.LockPair, 1),
    "LockPair.take_both_released": partial(PAIR.take_both_released, 0, False, 1.0),
    "LockPair.take_both_released-timeout": partial(PAIR.take_both_released, 0, False, "1"),
}
CALLS |= bad_calls("LockPair.take_both_released", PAIR.take_both_released, 3)

EXPECTED_ERRORS = (
    TypeError, ValueError, OverflowError, BufferError, RuntimeError, Unforeseen,
)  # fmt: skip


def make(call: Call) -> None:
    """Make a call, whose result or error nobody wants."""
    with suppress(*EXPECTED_ERRORS):
        call()


def group(name: str) -> str:
    """Return to what a call belongs that has a test for itself: a function, or a whole type."""
    return name.split("-")[0].split(".")[0]


if __name__ == "__main__":
    print(*sorted({name.split("-")[0] for name in CALLS}), sep="\n")
