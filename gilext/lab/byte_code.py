"""The byte-code instructions after which the interpreter switches threads.

``box.total += 1`` is compiled to several instructions: read, add, write. Until 3.9 the interpreter
could switch threads after nearly any of them. Since 3.10 it does so where a loop jumps back and at
most calls. Nothing in the language promises either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gilext.core.environment import info
from gilext.lab.asking import answers_of
from gilext.lab.lesson import Lesson

NAMES = ("python3.9", "python3.8")

_PROGRAM = Path(__file__).with_name("switch_points.py")
_NO_GIL = "Without a GIL no thread is switched; the instructions are those at which it stopped."
_LAST_LINE_IS_WRONG = "ran.append('line 1')\nran.append('line 2')\nran append\n"


@dataclass(frozen=True, slots=True)
class SwitchPoint:
    """An instruction after which a thread was switched.

    Attributes
    ----------
    interpreter : str
        Its name and version.
    loop : str
        Whether the loop reads and writes in one statement, or calls a function in between.
    instruction : str
        The last one that ran before another thread got its turn.
    place : str
        Whether that lies between reading and writing, so that an update can be lost.
    switches : int
        How often the thread was found there.
    """

    interpreter: str
    loop: str
    instruction: str
    place: str
    switches: int


def find_switch_points(others: Sequence[str] = ()) -> Lesson:
    """Find out where threads are switched, in this interpreter and in others that are found.

    Parameters
    ----------
    others : sequence of str
        Paths of interpreters, besides those that are found by their usual names.

    Returns
    -------
    Lesson
        With a `SwitchPoint` for each instruction.

    Raises
    ------
    FileNotFoundError, subprocess.CalledProcessError
        When one of `others` isn't there, or fails.
    """
    environment = info()
    here, *there = answers_of(_PROGRAM, others, NAMES)
    own = _points(here)
    between = {row.loop for row in own if row.place != "elsewhere"}
    lines = _lines_that_ran()
    return Lesson(
        title="where threads are switched, in box.total += 1 and with a call in it",
        rows=(*own, *(row for answer in there for row in _points(answer))),
        sentence=(
            f"{_seen(here['name'], between) if environment.gil_enabled else _NO_GIL} A "
            f"module is compiled as a whole: of one whose last line is wrong, {lines} lines ran."
        ),
        shown=between == {"a call between"} and lines == 0 if environment.gil_enabled else None,
        environment=environment,
        notes=(
            "The instruction is the last one that ran before another thread "
            f"{'got the GIL' if environment.gil_enabled else 'was seen to run'}. An update can be "
            "lost if that lies between reading and writing.",
        ),
    )


def _seen(interpreter: str, between: set[str]) -> str:
    """Return in which loops an update could be lost."""
    often = "sometimes" if "one statement" in between else "never"
    called = "was" if "a call between" in between else "was not, this time"
    return (
        f"In {interpreter} the thread was {often} switched between the steps of `box.total += 1`; "
        f"if a function is called between reading and writing, it {called}."
    )


def _lines_that_ran() -> int:
    ran: list[str] = []
    try:
        exec(_LAST_LINE_IS_WRONG, {"ran": ran})
    except SyntaxError:
        return len(ran)
    raise AssertionError("the last line compiles")


def _points(answer: dict[str, Any]) -> list[SwitchPoint]:
    return [
        SwitchPoint(
            answer["name"], loop, name, "read to write" if is_between else "elsewhere", times
        )
        for loop, found in answer["loops"].items()
        for name, is_between, times in found
    ]
