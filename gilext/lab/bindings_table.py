"""How does each binding tool treat the GIL? The same loop through each, measured.

What the tools say of themselves is compared with the verdict of `gilext.check` on a call through
each. ``examples/bindings`` adds Cython, pybind11, nanobind and numba, if they are installed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

from gilext.checking.checkup import check
from gilext.comparison.crews import workload
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads, seconds_of
from gilext.lab.standard_calls import HOLDS, RELEASES
from gilext.loops.catalogue import loop
from gilext.loops.installation import built_bindings

_EMPTY_CALLS = 20_000
_ROUNDS = 5


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
    released_by : str or None
        What releases it: a keyword, a macro, the tool itself; None if nothing does.
    """

    binding: str
    call: Callable[..., int]
    releases: bool
    released_by: str | None


@dataclass(frozen=True, slots=True)
class BoundLoop:
    """One row of the table.

    Attributes
    ----------
    binding : str
        The tool, and the mode.
    says : str
        ``"releases"`` or ``"holds"``, as its documentation has it; without a GIL, what that means
        there: ``"detaches"`` or ``"stays attached"``.
    verdict : str
        What `gilext.check` says of a call.
    empty_call_seconds : float
        What a call of no iterations takes.
    speedup : float
        Work of two threads in that of one.
    parallelism : float
        CPU seconds per wall second of two threads.
    released_by : str or None
        What releases the GIL; None if nothing does.
    """

    binding: str
    says: str
    verdict: str
    empty_call_seconds: float
    speedup: float
    parallelism: float
    released_by: str | None


_RELEASED_BY = {
    "held": None,
    "released": "the two macros",
    "cffi_api": "cffi, always",
    "cffi_abi": "cffi, always",
    "ctypes_cdll": "CDLL, always",
    "ctypes_pydll": None,
}


def packaged_candidates() -> tuple[Candidate, ...]:
    """Return the ways into the loop that come with gilext and can be imported here."""
    built = built_bindings()
    return tuple(
        Candidate(binding.title, binding.call, not binding.holds_gil, _RELEASED_BY[binding.name])
        for binding in loop("spin").bindings
        if binding.name in built and binding.name in _RELEASED_BY
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
        When the layout of the interpreter's GIL is unknown.
    """
    chosen = packaged_candidates() if candidates is None else tuple(candidates)
    rows = tuple(_measured(candidate, seconds) for candidate in chosen)
    environment = info()
    return Lesson(
        title="spin through each binding",
        rows=rows,
        sentence=_sentence(rows),
        shown=_is_shown(rows, environment.gil_enabled),
        environment=environment,
        notes=(
            "Speed-up and parallelism are those of two threads: work done, compared with one "
            "thread, and CPU seconds per wall second.",
        ),
    )


def _is_shown(rows: Sequence[BoundLoop], has_gil: bool) -> bool:
    """Return whether all do what they say, and those that release run in parallel.

    Without a GIL, all do.
    """
    parallel = [row.parallelism for row in rows if row.says == RELEASES or not has_gil]
    others = [row.parallelism for row in rows if row.says == HOLDS and has_gil]
    return all(row.verdict == row.says for row in rows) and (
        not parallel or min(parallel) > max([1.0, *others])
    )


def _sentence(rows: Sequence[BoundLoop]) -> str:
    others = [f"{row.binding} {row.verdict!r}" for row in rows if row.verdict != row.says]
    if others:
        agreeing = len(rows) - len(others)
        return (
            f"{agreeing} of {len(rows)} do what their documentation says; but {', '.join(others)}."
        )
    return f"By the verdicts, all {len(rows)} do what their documentation says."


def _measured(candidate: Candidate, seconds: float) -> BoundLoop:
    spin = loop("spin")
    call = candidate.call
    if call(1000, 7) != spin.held(1000, 7):
        raise ValueError(f"argument 'candidates': {candidate.binding} is another loop")
    steps = workload(spin.argument, lambda size: call(size, 0), 0.03).size

    def empty_calls() -> None:
        for _ in repeat(None, _EMPTY_CALLS):
            call(0, 0)

    ones, twos = [], []
    for _ in range(_ROUNDS):
        ones.append(in_threads(1, lambda _: call(steps, 0)))
        twos.append(in_threads(2, lambda _: call(steps, 0)))
    one, two = (min(runs, key=lambda run: run.wall_seconds) for runs in (ones, twos))
    return BoundLoop(
        binding=candidate.binding,
        says=RELEASES if candidate.releases else HOLDS,
        verdict=check(call, steps // 10, 0, seconds=seconds).verdict,
        empty_call_seconds=min(seconds_of(empty_calls) for _ in range(_ROUNDS)) / _EMPTY_CALLS,
        speedup=2 * one.wall_seconds / two.wall_seconds,
        parallelism=two.parallelism,
        released_by=candidate.released_by,
    )
