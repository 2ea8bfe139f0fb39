"""The ways to run a loop in several workers at once: the rows of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gilext.comparison.crews import Crew, InterpreterCrew, OsThreadCrew, ProcessCrew, ThreadCrew
from gilext.loops.catalogue import Loop


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run the loop in several workers: with what it is called."""

    name: str
    title: str
    start: Callable[[Loop, int], Crew]
    is_python: bool = False


def _threads(name: str, title: str, is_python: bool = False) -> Way:
    return Way(name, title, lambda loop, workers: ThreadCrew(loop, workers, name), is_python)


BASELINE = Way("one", "one worker", lambda loop, _: ThreadCrew(loop, 1, "held"))
LIMIT = Way("limit", "plain OS threads", OsThreadCrew)

WAYS = {
    way.name: way
    for way in (
        _threads("python", "pure Python, threads", is_python=True),
        _threads("held", "C, held, threads"),
        _threads("released", "C, released, threads"),
        _threads("cffi_api", "cffi API mode, threads"),
        _threads("cffi_abi", "cffi ABI mode, threads"),
        _threads("ctypes_cdll", "ctypes.CDLL, threads"),
        _threads("ctypes_pydll", "ctypes.PyDLL, threads"),
        Way("processes", "C, held, processes", ProcessCrew),
        Way("interpreters", "C, held, sub-interpreters", InterpreterCrew),
    )
}

DEFAULT_WAYS = tuple(name for name in WAYS if name != "cffi_abi")
