"""The convoy: a thread with much I/O beside one that computes.

Whoever waits for an answer has released the GIL, and asks for it back when it is there. Beside a
thread that computes in Python it then waits for a switch interval, every time; beside C code that
releases the GIL it doesn't wait at all. (Beazley, "Understanding the Python GIL", PyCon 2010.)
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import perf_counter

from gilext._native import hold_for, release_for
from gilext.core.checks import check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads
from gilext.loops.pure import spin

_SLICE_SECONDS = 0.002
_STEPS_A_SLICE = 5_000
# A disk or a network takes about so long; an answer that comes at once may be back before the
# other thread has woken up.
_ECHO = """
import os, time
while data := os.read(0, 1):
    time.sleep(0.0001)
    os.write(1, data)
"""


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """How fast the answers came beside one kind of neighbour.

    Attributes
    ----------
    beside : str
        What the other thread did.
    answers_per_second : float
        How many bytes came back from another process, one asked for after the other.
    mean_seconds : float
        What one answer took.
    """

    beside: str
    answers_per_second: float
    mean_seconds: float


def ask_beside(seconds: float = 0.8) -> Lesson:
    """Ask another process again and again, beside nothing, Python, and C that holds and releases.

    Parameters
    ----------
    seconds : float
        How long to measure each, above 0 to 60.

    Returns
    -------
    Lesson
        With a `AnswerRate` for each neighbour.

    Raises
    ------
    ValueError
        When `seconds` is out of its range.
    """
    seconds = check_seconds("seconds", seconds, 0, 60, is_open=True)
    rows = (
        _beside("nothing", None, seconds),
        _beside("a loop in Python", lambda: spin(_STEPS_A_SLICE), seconds),
        _beside("C, held, 2 ms a call", lambda: hold_for(_SLICE_SECONDS), seconds),
        _beside("C, released, 2 ms a call", lambda: release_for(_SLICE_SECONDS), seconds),
    )
    alone, python, held, released = (row.answers_per_second for row in rows)
    environment = info()
    ending = (
        "whoever waits for an answer has lost the GIL by then."
        if environment.gil_enabled
        else "without a GIL there is no convoy."
    )
    return Lesson(
        title="a byte to another process and back, again and again, beside another thread",
        rows=rows,
        sentence=(
            f"Alone it gets {alone:,.0f} answers a second, beside a loop in Python {python:,.0f}, "
            f"beside C that holds the GIL {held:,.0f}, and beside C that releases it "
            f"{released:,.0f}: {ending}"
        ),
        shown=python < alone / 10 and python < released / 2,
        environment=environment,
    )


def _beside(beside: str, compute: Callable[[], object] | None, seconds: float) -> AnswerRate:
    is_over = Event()
    rate = 0.0
    command = [sys.executable, "-I", "-S", "-c", _ECHO]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0) as echo:
        asking, answering = echo.stdin, echo.stdout
        assert asking is not None and answering is not None

        def answered() -> None:
            asking.write(b"x")
            answering.read(1)

        def ask() -> None:
            nonlocal rate
            try:
                count, elapsed, start = 0, 0.0, perf_counter()
                while count == 0 or elapsed < seconds:
                    answered()
                    count += 1
                    elapsed = perf_counter() - start
                rate = count / elapsed
            finally:
                is_over.set()

        def work(index: int) -> None:
            if index == 0:
                ask()
            else:
                while compute is not None and not is_over.is_set():
                    compute()

        answered()
        in_threads(2, work)
    return AnswerRate(beside, rate, 1 / rate)
