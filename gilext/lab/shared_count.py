"""What a reference costs, by whose object it refers to.

A build without a GIL splits the count of an object in two (PEP 703). The thread that made the
object counts its own references with a plain addition, every other thread with an atomic one, in a
second word. If several threads refer to one object all the time, that word moves from core to core,
and each has to wait for it. Immortal objects, such as None, aren't counted. With a GIL one thread
at a time counts, so all that makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import Environment, info
from gilext.core.medians import median
from gilext.lab.lesson import Lesson, apart, in_threads


@dataclass(frozen=True, slots=True)
class ReferenceTo:
    """References to one kind of object.

    Attributes
    ----------
    object : str
        Who made it, and who refers to it.
    alone_seconds : float
        CPU time per reference that one thread takes and drops while no other one does.
    together_seconds : float
        CPU time per reference of each thread while all do at once, in the round in which they
        were most parallel.
    parallelism : float
        CPU seconds per wall second of all threads, in that round.
    """

    object: str
    alone_seconds: float
    together_seconds: float
    parallelism: float


def refer_to(thing: object, times: int) -> None:
    """Take and drop a reference, again and again."""
    for _ in repeat(thing, times):
        pass


def count_one_or_many(workers: int = 2, times: int = 2_000_000, rounds: int = 7) -> Lesson:
    """Refer to objects in several threads: to one each, and all to one.

    Parameters
    ----------
    workers : int
        Threads, 2 at least.
    times : int
        How many references each takes, 1 at least.
    rounds : int
        How often to run all kinds, 1 at least.

    Returns
    -------
    Lesson
        With a `ReferenceTo` for each kind of object.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    workers = check_count("workers", workers, minimum=2)
    times = check_count("times", times)
    rounds = check_count("rounds", rounds)
    for_all, for_each = object(), apart(workers, object)
    # Made by the thread that refers to it, or here, by the thread that only waits.
    kinds: dict[str, Callable[[int], object]] = {
        "its own": lambda _: object(),
        "another thread's, one each": for_each.__getitem__,
        "another thread's, one for all": lambda _: for_all,
        "None, for all": lambda _: None,
    }

    def run(crew: int, thing_of: Callable[[int], object]) -> RunTiming:
        return in_threads(crew, lambda index: refer_to(thing_of(index), times))

    alone: dict[str, list[RunTiming]] = {kind: [] for kind in kinds}
    together: dict[str, list[RunTiming]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, thing_of in kinds.items():
            alone[kind].append(run(1, thing_of))
            together[kind].append(run(workers, thing_of))
    rows = tuple(_row(kind, alone[kind], together[kind], times) for kind in kinds)
    environment = info()
    return Lesson(
        title=f"{workers} threads take and drop a reference, {times:,} times each",
        rows=rows,
        sentence=sentence_of(rows, environment),
        shown=is_shown(rows) if _can_be_shown(environment) else None,
        environment=environment,
        notes=(
            f"alone: CPU time per reference in one thread, median of {rounds} rounds with all kinds "
            "in each. together: CPU time per reference of each thread, in the round in which most "
            "of their time fell together.",
            "Parallelism is CPU seconds per wall second: above 1, two threads ran at the same "
            "moment.",
        ),
    )


def _row(
    kind: str, alone: Sequence[RunTiming], together: Sequence[RunTiming], times: int
) -> ReferenceTo:
    at_once = max(together, key=lambda run: run.parallelism)
    return ReferenceTo(
        object=kind,
        alone_seconds=median(run.cpu_seconds for run in alone) / times,
        together_seconds=at_once.cpu_seconds / (times * len(at_once.results)),
        parallelism=at_once.parallelism,
    )


def _can_be_shown(environment: Environment) -> bool:
    return not environment.gil_enabled and (environment.usable_cores or 2) >= 2


def is_shown(rows: Sequence[ReferenceTo]) -> bool:
    """Return whether another's object costs more than its own, and one for all even more."""
    own, one_each, one_for_all, _ = rows
    return (
        own.alone_seconds < one_each.alone_seconds
        and one_for_all.parallelism > 1
        and one_each.together_seconds < one_for_all.together_seconds
    )


def sentence_of(rows: Sequence[ReferenceTo], environment: Environment) -> str:
    """Return what the rows show."""
    own, one_each, one_for_all, none = rows
    if environment.gil_enabled:
        least = min(row.together_seconds for row in rows)
        most = max(row.together_seconds for row in rows)
        return (
            f"One thread at a time counts here, so it makes no difference who made the object, nor "
            f"how many threads refer to it: {_ns(least)} to {_ns(most)} in each row."
        )
    said = (
        f"A reference to an object of its own takes a thread {_ns(own.alone_seconds)}, to one that "
        f"another thread made {_ns(one_each.alone_seconds)}, and to None, which isn't counted, "
        f"{_ns(none.alone_seconds)}."
    )
    if not _can_be_shown(environment):
        return f"{said} On one core no two threads count at the same moment."
    return (
        f"{said} While all threads run, it takes {_ns(one_each.together_seconds)} if each refers to "
        f"another object, and {_ns(one_for_all.together_seconds)} if all refer to one."
    )


def _ns(seconds: float) -> str:
    return f"{seconds * 1e9:.1f} ns"
