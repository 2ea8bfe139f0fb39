"""What leaks, in words: rates, several leaks in one sentence, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from gilext.core.units import in_bytes

# From this rate on, calls that leave nothing are chance.
_NEARLY_ONE = 0.95
_FEW_CALLS = range(1, 11)
_ENOUGH_BYTES = 10
_MANY_CALLS = 1000
_MAX_SHOWN = 4

_OF_A_TYPE = "a tp_dealloc that doesn't drop the reference to its heap type"

# Where to look, by the kind of a leak.
_WHERE = {
    "reference": "a missing Py_DECREF or PyBuffer_Release, or an exit by error that forgets one",
    "lost reference": (
        "a Py_DECREF too many: of a borrowed reference, or of one that a call has taken over"
    ),
    "memory block": "a new object without its Py_DECREF, or a PyMem_Malloc() without its PyMem_Free()",
    "heap": "a malloc() without its free()",
    "address space": "an mmap() without its munmap(), or a thread that keeps its stack",
    "private memory": "an mmap() without its munmap(), or an allocator that gives nothing back",
    "file descriptor": "an open() without its close(), on the way out by an error too",
    "thread": "a thread that is started and doesn't end",
    "native thread": "a thread of C code that is started and doesn't end",
    "child process": "a child that is started and never waited for",
    "interpreter": "an interpreter that is made and never ended",
    "uncollectable object": "a cycle that the collector can't free: read gc.garbage",
    "item": "what should take old entries out again",
}


def in_rate(per_call: float, noun: str, whose: str = "", per: str = "call") -> str:
    """Return a rate in words.

    ``one reference per call to argument 1``, ``one reference to argument 1 in 10 calls``.

    Parameters
    ----------
    per_call : float
        How many there are per call, above 0.
    noun : str
        One of them.
    whose : str
        What is said of them: ``" to argument 1"``.
    per : str
        What a call is called.
    """
    if per_call >= _NEARLY_ONE:
        return f"{_counted(round(per_call, 1), noun)} per {per}{whose}"
    calls = min(_FEW_CALLS, key=lambda calls: abs(round(per_call * calls) / calls - per_call))
    count = round(per_call * calls)
    if abs(count / calls - per_call) > (1 - _NEARLY_ONE) * per_call:
        count, calls = 1, round(1 / per_call)
    return f"{_counted(count, noun)}{whose} in {calls:,} {per}s"


def in_whole_rate(per_call: float, noun: str) -> str:
    """Return a rate, rounded up to one in so many calls, or to so many per call."""
    return in_rate(1 / int(1 / per_call) if per_call <= 1 else ceil(per_call), noun)


def size_in_rate(bytes_per_call: float, place: str, per: str = "call") -> str:
    """Return a size in words: ``64 KiB per call of place``, ``9 bytes of place in 1,000 calls``."""
    if bytes_per_call >= _ENOUGH_BYTES:
        return f"{in_bytes(bytes_per_call)} per {per} of {place}"
    return f"{in_bytes(bytes_per_call * _MANY_CALLS)} of {place} in {_MANY_CALLS:,} {per}s"


def in_one_sentence(texts: Sequence[str]) -> str:
    """Return texts of leaks after one another; a verb that repeats itself stands once."""
    said: list[str] = []
    verb = ""
    for text in texts[:_MAX_SHOWN]:
        said.append(text.removeprefix(f"{verb} ") if verb else text)
        verb = text.partition(" ")[0]
    if rest := len(texts) - len(said):
        said.append(f"and {rest} more")
    return "; ".join(said)


def in_doubt(text: str) -> str:
    """Return the text of a leak with the verb that follows "may"."""
    verb, _, rest = text.partition(" ")
    return f"{verb.removesuffix('s')} {rest}"


def where_to_look(kinds: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return what to look for, a sentence for each kind of leak.

    Parameters
    ----------
    kinds : iterable of (of, kind)
        As `Leak` has them.
    """
    places = []
    for of, kind in kinds:
        if kind == "reference" and of.startswith("type "):
            places.append(_OF_A_TYPE)
        elif place := _WHERE.get(of if kind == "byte" else kind):
            places.append(place)
    if _WHERE["item"] in places:
        # A container that grows takes references, and memory.
        explained = (_WHERE["reference"], _WHERE["memory block"])
        places = [place for place in places if place not in explained]
    return tuple(f"Look for {place}." for place in dict.fromkeys(places))


def _counted(count: float, noun: str) -> str:
    if count == 1:
        return f"one {noun}"
    if noun.endswith("y"):
        return f"{count:,g} {noun[:-1]}ies"
    return f"{count:,g} {noun}{'es' if noun.endswith('s') else 's'}"
