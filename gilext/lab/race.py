"""Two threads add to one attribute, in Python and in C; some ways lose updates.

``box.total += 1`` reads, adds and writes. Up to 3.9, CPython could switch threads between any two
of these steps. Since 3.10 it checks whether to switch only where a loop jumps back and at most
calls, so this loop happens to lose nothing. One more call in the same statement, and it loses
again. No documentation promises where the checks are: code must not rely on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads
from gilext.lab.old_python import race_in_old_python
from gilext.lab.races import (
    NOTES,
    PATIENCE_SECONDS,
    CountedWay,
    count_in_c,
    counted_way,
)

C_IS_FASTER = 10  # so that the threads have the time to meet

_Add = Callable[["Box", int], None]


class Box:
    """What the threads share."""

    def __init__(self) -> None:
        self.total = 0


def add_as_published(box: Box, times: int) -> None:
    """Read, add and write in one statement."""
    for _ in range(times):
        box.total += 1


def one() -> int:
    """Return 1."""
    return 1


def add_what_a_call_returns(box: Box, times: int) -> None:
    """Read, call, add and write; it is still one statement."""
    for _ in range(times):
        box.total += one()


def nothing() -> None:
    """Do nothing; but it is a call."""


def add_with_a_call(box: Box, times: int) -> None:
    """Make a call between reading and writing."""
    for _ in range(times):
        total = box.total
        nothing()
        box.total = total + 1


def add_with_len(box: Box, times: int) -> None:
    """Call `len` between reading and writing."""
    nothing_in_it: list[int] = []
    for _ in range(times):
        total = box.total
        len(nothing_in_it)
        box.total = total + 1


def race_around(
    expression: str, additions: int = 500_000, patience_seconds: float = PATIENCE_SECONDS
) -> CountedWay:
    """Let two threads add to one attribute, with an expression between reading and writing.

    Parameters
    ----------
    expression : str
        What each addition evaluates, such as ``"abs(-1)"``. Names are those of the built-ins.
    additions : int
        How often each thread adds 1, 1 at least.
    patience_seconds : float
        How long to add again if nothing is lost.

    Returns
    -------
    gilext.lab.races.CountedWay

    Raises
    ------
    ValueError
        When `additions` is less than 1.
    SyntaxError
        When the expression is none.
    """
    additions = check_count("additions", additions)
    source = (
        "def add(box, times):\n"
        "    for _ in range(times):\n"
        "        total = box.total\n"
        f"        ({expression})\n"
        "        box.total = total + 1\n"
    )
    names: dict[str, _Add] = {}
    exec(compile(source, "<race>", "exec"), names)
    return count_in_python(expression, additions, names["add"], patience_seconds)


def race_in_python(additions: int = 500_000) -> Lesson:
    """Let two threads add to one attribute, in eight ways.

    Parameters
    ----------
    additions : int
        How often each thread adds 1, 1 at least; ten times as often in C.

    Returns
    -------
    Lesson
        With a `gilext.lab.races.CountedWay` for each way, and one for CPython 3.9 or older if
        such an interpreter is in the search path.

    Raises
    ------
    ValueError
        When `additions` is less than 1.
    """
    additions = check_count("additions", additions)
    environment = info()
    # Where a loss is only a matter of chance, it is waited for.
    guarded = 0.0 if environment.gil_enabled else PATIENCE_SECONDS

    def in_python(way: str, add: _Add, patience_seconds: float) -> CountedWay:
        return count_in_python(f"Python, {way}", additions, add, patience_seconds)

    def in_c(way: str, patience_seconds: float = 0.0) -> CountedWay:
        row = count_in_c(way, 2, additions * C_IS_FASTER, patience_seconds)
        return replace(row, way=f"C, {row.way}")

    old = race_in_old_python(additions)
    published = in_python("total += 1", add_as_published, guarded)
    statement = in_python("total += one()", add_what_a_call_returns, PATIENCE_SECONDS)
    called = in_python("a call between", add_with_a_call, PATIENCE_SECONDS)
    length = in_python("len() between", add_with_len, guarded)
    held = in_c("plain, GIL held", guarded)
    released = in_c("plain, GIL released", PATIENCE_SECONDS)
    mutex, atomic = in_c("one mutex"), in_c("atomic")
    rows = (published, statement, called, length, held, released, mutex, atomic)
    return Lesson(
        title=f"two threads add 1 to one attribute, {additions:,} times each",
        rows=rows if old is None else (old, *rows),
        sentence=(
            f"{_as_published(published, old, environment.gil_enabled)}: {statement.lost:,} are "
            f"lost if the added 1 comes from a call, {called.lost:,} with a call between reading "
            f"and writing. In C, {held.lost:,} are lost with the GIL held and {released.lost:,} "
            "with it released."
        ),
        shown=min(statement.lost, called.lost, released.lost) > 0,
        environment=environment,
        notes=NOTES,
    )


def _as_published(published: CountedWay, old: CountedWay | None, is_gil_enabled: bool) -> str:
    then = "" if old is None else f"; {old.way.split(',')[0]} lost {old.lost:,}"
    where = (
        "This interpreter may switch threads where a loop jumps back and at most calls, not at len()"
        if is_gil_enabled
        else "Without a GIL the threads run at the same moment"
    )
    return (
        f"As published, {published.lost:,} of {published.additions:,} additions are lost{then}. "
        f"{where}"
    )


def count_in_python(
    way: str, additions: int, add: _Add, patience_seconds: float = 0.0
) -> CountedWay:
    """Let one thread, then two, add to a box; the last argument is that of `counted_way`."""

    def run(workers: int) -> tuple[RunTiming, int]:
        box = Box()
        timing = in_threads(workers, lambda _: add(box, additions))
        return timing, box.total

    return counted_way(way, 2, additions, run, patience_seconds)
