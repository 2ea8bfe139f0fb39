"""What a build without a GIL costs a program that has one thread.

That it must cost nothing was the condition under which a patch would have been welcome in 2007.
PEP 703 removed the GIL from a build of its own, in 3.13; PEP 779 made that build a supported one,
in 3.14. The price is measured here, if two builds of one version are at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gilext.core.environment import info
from gilext.core.medians import median
from gilext.lab.asking import answers_of
from gilext.lab.lesson import Lesson

NAMES = ("python3.13", "python3.13t", "python3.14", "python3.14t", "python3.15", "python3.15t")
DOCUMENTED = (
    "the documentation of 3.14 has 1 % (macOS on ARM) to 8 % (Linux on x86-64) on average, on the "
    "pyperformance suite"
)

_PROGRAM = Path(__file__).with_name("one_thread.py")
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class OneThread:
    """Small programs in one thread of one interpreter; CPU time, medians over the rounds.

    Attributes
    ----------
    interpreter, gil : str
        Its name and version, with a t if it is a free-threaded build, and whether it ran with a
        GIL.
    count_seconds, call_seconds, make_seconds, fill_seconds : float
        Counting with ints, calling functions, making objects, filling a list and a dict.
    compared : float or None
        All of it compared with the standard build of the same version, in the same round, the
        median: 1.08 is 8 % longer. None if it is that build, or if that isn't at hand.
    spread : str or None
        The least and the greatest of that.
    """

    interpreter: str
    gil: str
    count_seconds: float
    call_seconds: float
    make_seconds: float
    fill_seconds: float
    compared: float | None
    spread: str | None


def price_of_no_gil(others: Sequence[str] = ()) -> Lesson:
    """Run small programs in one thread of this interpreter and of others that are found, in turn.

    Parameters
    ----------
    others : sequence of str
        Paths of interpreters, besides those that are found by their usual names.

    Returns
    -------
    Lesson
        With a `OneThread` for each interpreter.

    Raises
    ------
    FileNotFoundError, subprocess.CalledProcessError
        When one of `others` isn't there, or fails.
    """
    rounds = [answers_of(_PROGRAM, others, NAMES) for _ in range(_ROUNDS)]
    standard = {_version(answer): i for i, answer in enumerate(rounds[0]) if not _is_free(answer)}
    rows = tuple(
        dict.fromkeys(
            _row([one[i] for one in rounds], _ratios(rounds, i, standard.get(_version(answer))))
            for i, answer in enumerate(rounds[0])
        )
    )
    priced = [row for row in rows if row.compared is not None]
    return Lesson(
        title="one thread, with and without a GIL",
        rows=rows,
        sentence=_sentence(rows, priced),
        shown=True if priced else None,
        environment=info(),
        notes=(
            f"CPU time in one thread, the shortest of seven, median of {_ROUNDS} rounds, in each of "
            "which all interpreters run. compared: with the standard build of the same version, in "
            "the same round; median, least and greatest. Two builds are comparable only if one "
            "compiler made both, with the same options.",
        ),
    )


def _version(answer: dict[str, Any]) -> tuple[int, ...]:
    return tuple(answer["version"])


def _is_free(answer: dict[str, Any]) -> bool:
    return bool(answer["free_threaded"])


def _ratios(
    rounds: Sequence[Sequence[dict[str, Any]]], of: int, standard: int | None
) -> tuple[float, ...]:
    """Return how many times as long an interpreter took as another one, round by round."""
    if standard is None or not _is_free(rounds[0][of]):
        return ()
    return tuple(sum(one[of]["seconds"]) / sum(one[standard]["seconds"]) for one in rounds)


def _row(answers: Sequence[dict[str, Any]], ratios: Sequence[float]) -> OneThread:
    first = answers[0]
    count, call, make, fill = (
        median(seconds) for seconds in zip(*(one["seconds"] for one in answers), strict=True)
    )
    return OneThread(
        interpreter=f"{first['name']}{'t' if _is_free(first) else ''}",
        gil="yes" if first["gil"] else "no",
        count_seconds=count,
        call_seconds=call,
        make_seconds=make,
        fill_seconds=fill,
        compared=median(ratios) if ratios else None,
        spread=f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else None,
    )


def _sentence(rows: Sequence[OneThread], priced: Sequence[OneThread]) -> str:
    if not priced:
        missing = " and ".join(_other_build(row.interpreter) for row in rows)
        return (
            "To tell the price, two builds of one version are needed, a standard and a "
            f"free-threaded one. Not found: {missing}; {DOCUMENTED}."
        )
    said = " and ".join(
        f"{row.interpreter} takes {row.compared:.2f} times ({row.spread})" for row in priced
    )
    return (
        f"In one thread, {said} as long as the standard build of the same version, on these four "
        f"programs; {DOCUMENTED}."
    )


def _other_build(interpreter: str) -> str:
    return interpreter[:-1] if interpreter.endswith("t") else f"{interpreter}t"
