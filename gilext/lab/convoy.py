"""The convoy: a thread with much I/O alongside one that computes.

A thread that waits for an answer has released the GIL, and asks for it back once the answer is
there. If another thread computes in Python, it then waits for a switch interval, every time; if
the other thread runs C code that releases the GIL, it doesn't wait at all. (Beazley,
"Understanding the Python GIL", PyCon 2010.)
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event
from time import perf_counter

from gilext._native import hold_for, release_for
from gilext.core.checks import check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads
from gilext.loops.pure import spin

PAUSE_SECONDS = 0.0003  # about what a database in the same network takes

_SHORT_SECONDS = 0.002  # less than the switch interval
_LONG_SECONDS = 0.008  # more than that
_STEPS_PER_SLICE = 5_000
ECHO = """
import os, sys, time
pause = float(sys.argv[1])
while data := os.read(0, 1):
    if pause:
        time.sleep(pause)
    os.write(1, data)
"""


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """How fast the answers came while another thread did one kind of work.

    Attributes
    ----------
    other_thread : str
        What the other thread did.
    answers_per_second : float
        How many bytes came back from another process, each requested after the one before.
    mean_seconds : float
        What one answer took.
    calls_per_answer : float or None
        How many calls of C code that holds the GIL were made for each answer.
    """

    other_thread: str
    answers_per_second: float
    mean_seconds: float
    calls_per_answer: float | None


def ask_beside(seconds: float = 0.6, pause: float = PAUSE_SECONDS) -> Lesson:
    """Ask another process again and again, while another thread computes in Python or in C.

    Parameters
    ----------
    seconds : float
        How long to measure each kind of work, above 0 to 60.
    pause : float
        Seconds that the other process waits before it answers. An answer that comes at once may
        be back before the computing thread has woken up and taken the GIL.

    Returns
    -------
    Lesson
        With an `AnswerRate` for each kind of work.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    seconds = check_seconds("seconds", seconds, 0, 60, is_open=True)
    pause = check_seconds("pause", pause, 0, 60)
    short_hold, long_hold = partial(hold_for, _SHORT_SECONDS), partial(hold_for, _LONG_SECONDS)
    long_release = partial(release_for, _LONG_SECONDS)
    rows = (
        _alongside("nothing", None, seconds, pause),
        _alongside("a loop in Python", lambda: spin(_STEPS_PER_SLICE), seconds, pause),
        _alongside("C, held, 2 ms per call", short_hold, seconds, pause, is_counted=True),
        _alongside("C, held, 8 ms per call", long_hold, seconds, pause, is_counted=True),
        _alongside("C, released, 8 ms per call", long_release, seconds, pause),
    )
    environment = info()
    has_gil, interval = environment.gil_enabled, environment.switch_interval_seconds
    return Lesson(
        title="a byte to another process and back, again and again, alongside another thread",
        rows=rows,
        sentence=_sentence(rows, interval) if has_gil else _sentence_without_a_gil(rows),
        shown=_is_convoy(rows, interval) if has_gil else None,
        environment=environment,
    )


def _is_convoy(rows: tuple[AnswerRate, ...], interval: float) -> bool:
    """Return whether answers wait for Python, and for calls until an interval has passed."""
    alone, python, short, long, released = rows
    fast = min(alone.answers_per_second, released.answers_per_second)
    slow = max(row.answers_per_second for row in (python, short, long))
    assert short.calls_per_answer is not None and long.calls_per_answer is not None
    is_in_order = short.calls_per_answer > long.calls_per_answer
    return slow < fast / 2 and (is_in_order or interval < _SHORT_SECONDS)


def _sentence(rows: tuple[AnswerRate, ...], interval: float) -> str:
    alone, python, short, long, released = rows
    return (
        f"Alone, the thread gets {alone.answers_per_second:,.0f} answers per second; alongside a "
        f"loop in Python, {python.answers_per_second:,.0f}; alongside C code that releases the "
        f"GIL, {released.answers_per_second:,.0f}. At a switch interval of {interval * 1e3:g} ms, "
        f"an answer waits for {short.calls_per_answer:.1f} calls of 2 ms that hold the GIL, and "
        f"for {long.calls_per_answer:.1f} calls of 8 ms."
    )


def _sentence_without_a_gil(rows: tuple[AnswerRate, ...]) -> str:
    rates = ", ".join(f"{row.answers_per_second:,.0f}" for row in rows)
    return (
        f"Without a GIL there is no convoy: the thread gets {rates} answers per second, in the "
        "order of the rows."
    )


def _alongside(
    other_thread: str,
    compute: Callable[[], object] | None,
    seconds: float,
    pause: float,
    *,
    is_counted: bool = False,
) -> AnswerRate:
    is_over = Event()
    answers, calls, elapsed = 0, 0, 0.0
    command = [sys.executable, "-I", "-S", "-c", ECHO, str(pause)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0) as echo:
        asking, answering = echo.stdin, echo.stdout
        assert asking is not None and answering is not None

        def ask() -> None:
            asking.write(b"x")
            answering.read(1)

        def keep_asking() -> None:
            nonlocal answers, elapsed
            try:
                start = perf_counter()
                while answers == 0 or elapsed < seconds:
                    ask()
                    answers += 1
                    elapsed = perf_counter() - start
            finally:
                is_over.set()

        def work(index: int) -> None:
            nonlocal calls
            if index == 0:
                keep_asking()
            else:
                while compute is not None and not is_over.is_set():
                    compute()
                    calls += 1

        ask()
        in_threads(2, work)
    calls_per_answer = calls / answers if is_counted else None
    return AnswerRate(other_thread, answers / elapsed, elapsed / answers, calls_per_answer)
