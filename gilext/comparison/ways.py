"""The ways to run a loop in several workers at once: the rows of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gilext.comparison.crews import Crew, InterpreterCrew, OsThreadCrew, ProcessCrew, ThreadCrew
from gilext.loops.catalogue import LOOPS, Binding, Loop


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run the loop in several workers: with what it is called."""

    name: str
    title: str
    start: Callable[[Loop, int], Crew]
    is_python: bool = False


def _threads(binding: Binding) -> Way:
    def start(loop: Loop, workers: int) -> Crew:
        return ThreadCrew(loop.binding(binding.name).call, workers)

    return Way(binding.name, f"{binding.title}, threads", start, binding.name == "python")


# Every loop has the same bindings.
*_IN_C, _PYTHON = LOOPS["spin"].bindings

BASELINE = Way("one", "one worker", lambda loop, _: ThreadCrew(loop.held, 1))
LIMIT = Way("limit", "plain OS threads", lambda loop, workers: OsThreadCrew(loop.name, workers))

WAYS = {
    way.name: way
    for way in (
        *map(_threads, (_PYTHON, *_IN_C)),
        Way(
            "processes",
            "C, held, processes",
            lambda loop, workers: ProcessCrew(loop.name, workers),
        ),
        Way(
            "interpreters",
            "C, held, sub-interpreters",
            lambda loop, workers: InterpreterCrew(loop.name, workers),
        ),
    )
}

DEFAULT_WAYS = tuple(name for name in WAYS if name != "cffi_abi")


def releases(way: str) -> bool | None:
    """Return whether threads that run the loop this way release the GIL; None if they share none.

    That is so in one worker, in OS threads, in processes and in interpreters of their own.
    """
    holds = {binding.name: binding.holds_gil for binding in (*_IN_C, _PYTHON)}
    return not holds[way] if way in holds else None
