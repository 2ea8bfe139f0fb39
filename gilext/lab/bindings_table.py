"""How does each binding tool treat the GIL? The same loop through each, measured.

What the tools say of themselves stands beside the verdict of `gilext.check` on a call through
each. ``examples/bindings`` adds Cython, pybind11, nanobind and numba, where they are installed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

from gilext.checking.checkup import check
from gilext.comparison.crews import workload
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads, seconds_of
from gilext.loops.catalogue import loop
from gilext.loops.installation import built_bindings

_EMPTY_CALLS = 20_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way into the loop.

    Attributes
    ----------
    binding : str
        The tool, and the mode.
    call : callable
        Takes a number of iterations; returns where the chain stands.
    releases : bool
        Whether the tool's documentation says that a call so written releases the GIL.
    releases_with : str
        What makes it release: a keyword, a macro, nothing.
    """

    binding: str
    call: Callable[..., int]
    releases: bool
    releases_with: str


@dataclass(frozen=True, slots=True)
class BoundLoop:
    """One row of the table.

    Attributes
    ----------
    binding : str
        The tool, and the mode.
    says : str
        ``"releases"`` or ``"holds"``, as its documentation has it.
    verdict : str
        What `gilext.check` says of a call.
    empty_call_seconds : float
        What a call of no iterations takes.
    speedup : float
        Work of two threads in that of one.
    releases_with : str
        What makes it release.
    """

    binding: str
    says: str
    verdict: str
    empty_call_seconds: float
    speedup: float
    releases_with: str


_RELEASES_WITH = {
    "held": "Py_BEGIN_ALLOW_THREADS",
    "released": "Py_BEGIN_ALLOW_THREADS",
    "cffi_api": "always",
    "cffi_abi": "always",
    "ctypes_cdll": "always",
    "ctypes_pydll": "nothing; CDLL does",
}


def packaged_candidates() -> tuple[Candidate, ...]:
    """Return the ways into the loop that come with gilext and can be imported here."""
    built = built_bindings()
    return tuple(
        Candidate(binding.title, binding.call, not binding.holds_gil, _RELEASES_WITH[binding.name])
        for binding in loop("spin").bindings
        if binding.name in built and binding.name in _RELEASES_WITH
    )


def tabulate_bindings(
    candidates: Sequence[Candidate] | None = None, seconds: float = 0.3
) -> Lesson:
    """Measure one loop through several bindings.

    Parameters
    ----------
    candidates : sequence of Candidate, optional
        The ways into the loop; by default those that come with gilext.
    seconds : float
        How long to check each.

    Returns
    -------
    Lesson
        With a `BoundLoop` for each.

    Raises
    ------
    ValueError
        When one of them returns something else than the loop does.
    UnsupportedInterpreter
        Where the layout of the interpreter's GIL is unknown.
    """
    chosen = packaged_candidates() if candidates is None else tuple(candidates)
    rows = tuple(_measured(candidate, seconds) for candidate in chosen)
    agreeing = [row.binding for row in rows if row.verdict == row.says]
    others = [f"{row.binding} {row.verdict!r}" for row in rows if row.verdict != row.says]
    environment = info()
    if not environment.gil_enabled:
        sentence = f"There is no GIL here for any of the {len(rows)} bindings to hold."
    elif others:
        sentence = (
            f"{len(agreeing)} of {len(rows)} do what their documentation says; but "
            f"{', '.join(others)}."
        )
    else:
        sentence = f"All {len(rows)} do with the GIL what their documentation says."
    return Lesson(
        title="spin through each binding",
        rows=rows,
        sentence=sentence,
        shown=environment.gil_enabled and not others,
        environment=environment,
    )


def _measured(candidate: Candidate, seconds: float) -> BoundLoop:
    spin = loop("spin")
    call = candidate.call
    if call(1000, 7) != spin.held(1000, 7):
        raise ValueError(f"argument 'candidates': {candidate.binding} is another loop")
    steps = workload(spin.argument, lambda size: call(size, 0), 0.03).size

    def empty_calls() -> None:
        for _ in repeat(None, _EMPTY_CALLS):
            call(0, 0)

    one = two = float("inf")
    for _ in range(3):
        one = min(one, in_threads(1, lambda _: call(steps, 0)).wall_seconds)
        two = min(two, in_threads(2, lambda _: call(steps, 0)).wall_seconds)
    return BoundLoop(
        binding=candidate.binding,
        says="releases" if candidate.releases else "holds",
        verdict=check(call, steps // 10, 0, seconds=seconds).verdict,
        empty_call_seconds=min(seconds_of(empty_calls) for _ in range(3)) / _EMPTY_CALLS,
        speedup=2 * one / two,
        releases_with=candidate.releases_with,
    )
