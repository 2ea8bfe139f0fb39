"""Which interpreters have no GIL? Pure Python in two threads, in each that is found here.

Published lists name Jython, IronPython and PyPy. PyPy has a GIL, as its documentation says, and so
has GraalPy; free-threaded CPython, since 3.13, has none. Only what ran here is in the table.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gilext.core.environment import info
from gilext.lab.asking import answers_of
from gilext.lab.lesson import Lesson

NAMES = ("python3.13t", "python3.14t", "python3.15t", "pypy3", "graalpy")

_PROGRAM = Path(__file__).with_name("two_threads.py")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One interpreter.

    Attributes
    ----------
    interpreter : str
        Its name and version.
    says : str or None
        What ``sys._is_gil_enabled()`` says of its GIL; None if it has no such function.
    speedup : float
        Work of two threads in that of one, in pure Python.
    parallelism : float
        CPU seconds per wall second of two threads.
    """

    interpreter: str
    says: str | None
    speedup: float
    parallelism: float


def ask_interpreters(others: Sequence[str] = ()) -> Lesson:
    """Run pure Python in two threads, in this interpreter and in others that are found.

    Parameters
    ----------
    others : sequence of str
        Paths of interpreters, in addition to those that are found by their usual names.

    Returns
    -------
    Lesson
        With an `Interpreter` for each.

    Raises
    ------
    FileNotFoundError, subprocess.CalledProcessError
        When one of `others` isn't there, or fails.
    """
    rows = tuple(_interpreter(answer) for answer in answers_of(_PROGRAM, others, NAMES))
    missing = [name for name in NAMES if shutil.which(name) is None]
    return Lesson(
        title="pure Python in two threads",
        rows=rows,
        sentence=_sentence(rows),
        shown=all(
            row.says is None or (row.parallelism > 1.2) == (row.says == "no GIL") for row in rows
        ),
        environment=info(),
        notes=(
            "Parallelism is CPU seconds per wall second: above 1, two threads ran at the same "
            "moment.",
            *([f"Not found here, and so not run: {', '.join(missing)}."] if missing else []),
        ),
    )


def _sentence(rows: tuple[Interpreter, ...]) -> str:
    here, *others = rows
    free = [row.interpreter for row in others if row.says == "no GIL"]
    said = (
        f"In {here.interpreter} two threads of Python do {here.speedup:.2f} times the work of one"
    )
    if here.says == "no GIL":
        return f"{said}: it runs without a GIL."
    return f"{said}; {' and '.join(free) or 'no interpreter found here'} ran without a GIL."


def _interpreter(answer: dict[str, Any]) -> Interpreter:
    says = {None: None, True: "a GIL", False: "no GIL"}[answer["says"]]
    return Interpreter(answer["name"], says, answer["speedup"], answer["parallelism"])
