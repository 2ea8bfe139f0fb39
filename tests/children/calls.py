"""The calls that the scripts on memory make: each function, how it succeeds and how it fails."""

import _imp
import gc
import importlib.machinery
import importlib.util
import os
import sys
import threading
from array import array
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

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
    return _native.Sampler(1e-4, 0.01, 1e-3, 1 << 16, 0.1, True)


def stopped_sampler() -> _native.Sampler:
    """Return a sampler that has seen holds and who waited; without a GIL, a stop that waited."""
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    while True:
        sampler = new_sampler()
        sampler.start()
        for _ in range(10):
            waiting = threading.Thread(target=_native.release_for, args=(0.001,))
            waiting.start()
            _native.hold_for(0.02)
            waiting.join()
        if not has_gil:
            attached = threading.Thread(target=_native.hold_for, args=(0.05,))
            attached.start()
            gc.collect()
            attached.join()
        sampler.stop()
        has_waits = (sampler.victims() and sampler.waits()) or not sampler.names_waiters
        if (sampler.longest() and has_waits) if has_gil else sampler.pauses():
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
    "Sampler.note_collection": partial(STOPPED.note_collection, "start", {"generation": 2}),
    "Sampler.note_collection-end": partial(STOPPED.note_collection, "stop", {"generation": 2}),
    "Sampler.note_collection-of_other_types": partial(STOPPED.note_collection, 1, 2, 3),
    "Sampler.__buffer__": partial(memoryview, STOPPED),
    "Sampler.__buffer__-to_write": partial(BytesIO(b"text").readinto, STOPPED),
}
CALLS |= bad_calls("Sampler", _native.Sampler, 4)
CALLS |= integer_calls("Sampler-memory", partial(_native.Sampler, 1, 1, 0), 0, 2**63 - 1)


def set_a_watchdog() -> None:
    new_sampler().set_watchdog(0.5, -1, True, False)


def nobody_waits_for_long() -> object:
    """Start a sampler with a watchdog, stop it, and fetch the stalls: there are none."""
    sampler = new_sampler()
    sampler.set_watchdog(3600, -1, False, True)
    sampler.start()
    sampler.stop()
    return sampler.next_stall()


CALLS |= {
    "Sampler.set_watchdog": set_a_watchdog,
    "Sampler.set_watchdog-again": partial(new_sampler().set_watchdog, 0.5, -1, True, False),
    "Sampler.set_watchdog-threshold_of_another_type": partial(
        STOPPED.set_watchdog, "1", -1, False, False
    ),
    "Sampler.set_watchdog-descriptor_of_another_type": partial(
        STOPPED.set_watchdog, 1, "2", False, False
    ),
    "Sampler.set_watchdog-after_the_start": partial(STOPPED.set_watchdog, 1, -1, False, False),
    "Sampler.name_threads": partial(STOPPED.name_threads, [(1, 2, "worker"), (3, 4, "ä" * 99)]),
    "Sampler.name_threads-no_list": partial(STOPPED.name_threads, ((1, 2, "worker"),)),
    "Sampler.name_threads-no_tuple": partial(STOPPED.name_threads, [[1, 2, "worker"]]),
    "Sampler.name_threads-no_name": partial(STOPPED.name_threads, [(1, 2)]),
    "Sampler.next_stall": nobody_waits_for_long,
    "Sampler.next_stall-without_a_watchdog": STOPPED.next_stall,
    "read_process": partial(_native.read_process, os.getpid(), 0),
    "read_process-nobody": partial(_native.read_process, 2**30, 0),
    "read_process-elsewhere": partial(_native.read_process, os.getpid(), 2**47),
    "where_blocked": partial(_native.where_blocked, os.getpid(), threading.get_native_id(), 0),
    "where_blocked-nobody": partial(_native.where_blocked, 2**30, 1, 0),
    "call_unraisable": partial(_native.call_unraisable, id, None),
    "call_unraisable-too_few": partial(_native.call_unraisable, id),
}


def recorded_until_written() -> None:
    reading, writing = os.pipe()
    os.write(writing, b".")
    _native.Sampler(0.001, 0.01, 0.1, 1000).record_until(reading, 60.0)
    os.close(reading)
    os.close(writing)


CALLS |= {
    "Sampler.record_until": recorded_until_written,
    "Sampler.record_until-again": partial(STOPPED.record_until, 0, 1.0),
}
CALLS |= bad_calls("Sampler.record_until", STOPPED.record_until, 2)
CALLS |= seconds_calls("Sampler.record_until-seconds", partial(STOPPED.record_until, 0))
CALLS |= bad_calls("read_process", _native.read_process, 2)
CALLS |= bad_calls("where_blocked", _native.where_blocked, 3)
CALLS |= bad_calls("Sampler.set_watchdog", STOPPED.set_watchdog, 4)
CALLS |= bad_calls("Sampler.name_threads", STOPPED.name_threads, 1)
for view in (
    "totals", "window", "threads", "longest", "stalls", "histogram", "stacks", "moments", "frames",
    "victims", "waits", "activity", "attached", "pauses",
):  # fmt: skip
    CALLS[f"Sampler.{view}"] = getattr(STOPPED, view)
for attribute in (
    "is_running", "knows_frames", "counts_waiters", "names_waiters", "sees_waits", "collections",
):  # fmt: skip
    CALLS[f"Sampler.{attribute}"] = partial(getattr, STOPPED, attribute)

# -- a sampler's file ------------------------------------------------------------------------

FOLDER = TemporaryDirectory()
FILE = f"{FOLDER.name}/made.gilext"
OTHER_FILE = f"{FOLDER.name}/other"


def recorded_in_a_file() -> _native.Sampler:
    sampler = _native.Sampler(1e-4, 0.01, 1e-3, 1 << 16, file=FILE)
    sampler.write_note("key", b"value")
    sampler.start()
    _native.hold_for(0.02)
    sampler.stop()
    return sampler


IN_A_FILE = recorded_in_a_file()
Path(OTHER_FILE).write_bytes(bytes(99))
Path(FOLDER.name, "damaged").write_bytes(Path(FILE).read_bytes()[:300])
CALLS |= {
    "Sampler-in_a_file": partial(
        _native.Sampler, 1e-4, 0.01, 1e-3, 1 << 16, 0.1, True, True, False, f"{FOLDER.name}/new"
    ),
    "Sampler-in_no_folder": partial(
        _native.Sampler, 1e-4, 0.01, 1e-3, 0, 0.1, True, True, False, f"{FOLDER.name}/no/folder"
    ),
    "Sampler-file_of_another_type": partial(
        _native.Sampler, 1e-4, 0.01, 1e-3, 0, 0.1, True, True, False, 1
    ),
    "Sampler.write_note": partial(STOPPED.write_note, "key", b"value"),
    "Sampler.write_note-in_a_file": partial(IN_A_FILE.write_note, "key", b"value"),
    "Sampler.write_note-of_another_type": partial(IN_A_FILE.write_note, "key", "value"),
    "open_recording": partial(_native.open_recording, FILE),
    "open_recording-of_another_type": partial(_native.open_recording, 1),
    "open_recording-without_a_file": partial(_native.open_recording, f"{FOLDER.name}/none"),
    "open_recording-of_another_file": partial(_native.open_recording, OTHER_FILE),
    "open_recording-of_a_damaged_file": partial(_native.open_recording, f"{FOLDER.name}/damaged"),
}

# -- StandIn ---------------------------------------------------------------------------------


def stopped_stand_in() -> _native.StandIn:
    """Return a stand-in that has requested the GIL, if there is one and it counts waiters."""
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    while True:
        stand_in = _native.StandIn(0.001)
        is_counting = stand_in.start()
        _native.hold_for(0.02)
        stand_in.stop()
        if stand_in.requests() or not (is_counting and has_gil):
            return stand_in


def stood_in() -> object:
    stand_in = _native.StandIn(1.0)
    stand_in.start()
    return stand_in.stop()


STAND_IN = stopped_stand_in()
CALLS |= {
    "StandIn.start": stood_in,
    "StandIn.start-again": STAND_IN.start,
    "StandIn.stop": _native.StandIn(1.0).stop,
    "StandIn.requests": STAND_IN.requests,
    "StandIn.delays": STAND_IN.delays,
    "StandIn.native_id": partial(getattr, STAND_IN, "native_id"),
}
CALLS |= seconds_calls("StandIn", _native.StandIn)

# -- Ticker ----------------------------------------------------------------------------------


def ticked(result: object) -> None:
    """Let a ticker call, and write what comes of it, at least once."""
    called = threading.Event()

    def tick() -> object:
        called.set()
        return result

    ticker = _native.Ticker(tick, 0.0001)
    ticker.start()
    called.wait(0.01)
    ticker.stop()


def started_twice() -> None:
    ticker = _native.Ticker(int, 1.0)
    ticker.start()
    try:
        ticker.start()
    finally:
        ticker.stop()


NOWHERE = os.open(os.devnull, os.O_WRONLY)
CALLS |= {
    "Ticker": partial(_native.Ticker, function=int, interval=1.0),
    "Ticker.start": lambda: ticked(None),
    "Ticker.start-again": started_twice,
    "Ticker.start-writes": lambda: ticked((NOWHERE, b"text")),
    "Ticker.start-returns_else": lambda: ticked(7),
    "Ticker.start-returns_else_in_it": lambda: ticked(("x", b"")),
    "Ticker.stop": _native.Ticker(int, 1.0).stop,
}
CALLS |= bad_calls("Ticker", _native.Ticker, 2)
CALLS |= seconds_calls("Ticker-interval", partial(_native.Ticker, int))

# -- references ------------------------------------------------------------------------------

# From CPython 3.15 on, it has no definition and exports its slots; not every build has it.
EXPORTING = (importlib.util.find_spec("xxlimited") or SPEC).origin
with suppress(ImportError):
    import xxlimited  # noqa: F401  (exported_slots() reads nothing that isn't loaded)

CALLS |= {
    "refcount": partial(_native.refcount, DATA),
    "refcount-unpacked": lambda: _native.refcount(*(DATA,)),
    "refcount-too_many": partial(_native.refcount, 1, 2),
    "is_immortal": partial(_native.is_immortal, DATA),
    "refcount_parts": partial(_native.refcount_parts, DATA),
    "module_definition": partial(_native.module_definition, _native),
    "module_definition-in_python": partial(_native.module_definition, os),
    "module_definition-of_another_type": partial(_native.module_definition, DATA),
    "module_contents": partial(_native.module_contents, _native),
    "module_contents-in_python": partial(_native.module_contents, os),
    "module_contents-of_another_type": partial(_native.module_contents, DATA),
    "exported_slots": partial(_native.exported_slots, EXPORTING, "PyModExport_xxlimited"),
    "exported_slots-without_a_hook": partial(_native.exported_slots, _native.__file__, "none"),
    "exported_slots-without_a_file": partial(_native.exported_slots, "/none", "none"),
    "exported_slots-of_another_type": partial(_native.exported_slots, 1, "none"),
    "exported_slots-name_of_another_type": partial(_native.exported_slots, "/none", 1),
    "exported_slots-missing": partial(_native.exported_slots, "/none"),
    "heap_bytes": _native.heap_bytes,
    "memory_sizes": _native.memory_sizes,
    "UnsupportedInterpreter": partial(_native.UnsupportedInterpreter, "of another kind"),
}

# -- Census ----------------------------------------------------------------------------------

LISTED = [[], {}, set(), bytearray(3), deque([1, 2]), "text" * 2, [[object()]]]
CENSUS = _native.Census()
CENSUS.add(LISTED)
ROOM, TOO_SHORT = array("q", bytes(8000)), array("q")
SINGLE = array("b", bytes(8000))
CONSTANT = bytes(8000)


def added(objects: list[object]) -> int:
    return _native.Census().add(objects)


def protected() -> int:
    CENSUS.protect()
    return CENSUS.release()


def cleared() -> None:
    census = _native.Census()
    census.add(LISTED)
    census.clear()


CALLS |= {
    "Census": _native.Census,
    "Census-too_many": partial(_native.Census, 1),
    "Census.add": partial(added, LISTED),
    "Census.add-again": partial(CENSUS.add, LISTED),
    "Census.add-no_list": partial(CENSUS.add, ()),
    "Census.changed": partial(CENSUS.changed, array("q", range(1000)), ROOM),
    "Census.changed-too_short": partial(CENSUS.changed, ROOM, TOO_SHORT),
    "Census.changed-no_buffer": partial(CENSUS.changed, ROOM, None),
    "Census.references_from": partial(CENSUS.references_from, [LISTED], ROOM),
    "Census.references_from-too_short": partial(CENSUS.references_from, LISTED, TOO_SHORT),
    "Census.references_from-no_list": partial(CENSUS.references_from, (), ROOM),
    "Census.references_from-constant": partial(CENSUS.references_from, [], CONSTANT),
    "Census.protect": protected,
    "Census.release": CENSUS.release,
    "Census.give_back": partial(CENSUS.give_back, 0, 0),
    "Census.give_back-beyond": partial(CENSUS.give_back, 1000, 1),
    "Census.clear": cleared,
}
for method in ("counts", "sizes"):
    call = getattr(CENSUS, method)
    CALLS |= {
        f"Census.{method}": partial(call, ROOM),
        f"Census.{method}-too_short": partial(call, TOO_SHORT),
        f"Census.{method}-no_buffer": partial(call, None),
        f"Census.{method}-of_bytes": partial(call, SINGLE),
        f"Census.{method}-constant": partial(call, CONSTANT),
        f"Census.{method}-gone": partial(call, RELEASED),
    }
CALLS |= bad_calls("Census.changed", CENSUS.changed, 2)
CALLS |= bad_calls("Census.references_from", CENSUS.references_from, 2)
CALLS |= bad_calls("Census.give_back", CENSUS.give_back, 2)
CALLS |= integer_calls(
    "Census.give_back-place", partial(CENSUS.give_back, references=0), 0, 2**63 - 1
)
CALLS |= integer_calls("Census.give_back-references", partial(CENSUS.give_back, 0), 0, 10**6)


def counted_arenas() -> int | None:
    with _native.ArenaCount() as arenas, _native.ArenaCount():
        return arenas.bytes


CALLS |= {
    "ArenaCount": counted_arenas,
    "ArenaCount.bytes": partial(getattr, _native.ArenaCount(), "bytes"),
    "ArenaCount-too_many": partial(_native.ArenaCount, 1),
    "ArenaCount-without_an_end": lambda: _native.ArenaCount().__enter__(),
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
MET = _native.LockPair()  # both parties have come already, so that no call waits for another
with ThreadPoolExecutor(1) as other:
    other.submit(MET.attach_with_lock)
    MET.take_released(60.0)
CALLS |= {"LockPair.attach_with_lock": MET.attach_with_lock}
for method in ("take_held", "take_released"):
    CALLS |= {f"LockPair.{method}": partial(getattr(MET, method), 1.0)}
    CALLS |= bad_calls(f"LockPair.{method}", getattr(MET, method), 1)


def begin_and_finish() -> None:
    ending = _native.Ending(int, 5.0)
    ending.begin()
    ending.renew()
    ending.finish()


ENDING = _native.Ending(int, 5.0)
CALLS |= {
    "Ending": partial(_native.Ending, report=int, patience=5.0),
    "Ending.begin": begin_and_finish,
    "Ending.renew": ENDING.renew,
    "Ending.claim": ENDING.claim,
    "Ending.finish": ENDING.finish,
    "Around": partial(_native.Around, int, before=str, after=list),
    "Around-called": partial(_native.Around(int, str, list), "7"),
    "Around-called_in_vain": partial(_native.Around(int), "x"),
}
CALLS |= bad_calls("Ending", _native.Ending, 2) | bad_calls("Around", _native.Around, 1)
CALLS |= seconds_calls("Ending-patience", partial(_native.Ending, int))

EXPECTED_ERRORS = (
    TypeError, ValueError, OverflowError, BufferError, RuntimeError, OSError, IndexError,
    Unforeseen,
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
