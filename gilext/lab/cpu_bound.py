"""CPU-bound work in two threads: no faster in Python, twice as fast in C that releases the GIL.

The reasons that are usually given for the slow-down of Python, context switches and the start of
threads, are measured along with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

from gilext._native import spin_held, spin_released
from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.core.units import in_words
from gilext.lab.costs import Switches, own_switches
from gilext.lab.lesson import Lesson, in_threads, seconds_of
from gilext.lab.published import smallest_of

PUBLISHED_NUMBERS = 100_000_000
STEPS_PER_NUMBER = 100  # so that the C loop takes about as long as the Python one
_STARTS = 100


@dataclass(frozen=True, slots=True)
class ComputingWay:
    """One way to do CPU-bound work twice.

    Attributes
    ----------
    way : str
        How it was done.
    wall_seconds : float
        What it took.
    speedup : float
        How many times as fast as the first way of its kind.
    parallelism : float
        CPU seconds per wall second.
    waits, preemptions : int or None
        Context switches of the process: because a thread waited for something, such as the GIL,
        and because its time was up. None if the system doesn't count them.
    """

    way: str
    wall_seconds: float
    speedup: float
    parallelism: float
    waits: int | None
    preemptions: int | None


def work_in_two_threads(numbers: int = 1_000_000) -> Lesson:
    """Do CPU-bound work twice in sequence and in two threads, in Python and in C.

    Parameters
    ----------
    numbers : int
        How many random numbers each call makes, 1 at least.

    Returns
    -------
    Lesson
        With a `ComputingWay` for each way.

    Raises
    ------
    ValueError
        When `numbers` is less than 1.
    """
    numbers = check_count("numbers", numbers)
    steps = numbers * STEPS_PER_NUMBER
    python = _both_ways("Python", lambda: smallest_of(numbers))
    held = _both_ways("C, GIL held", lambda: spin_held(steps))
    released = _both_ways("C, GIL released", lambda: spin_released(steps))
    environment = info()
    speedups = (
        f"Two threads are {python[1].speedup:.2f} times as fast as a sequence in Python, "
        f"{held[1].speedup:.2f} times in C that holds the GIL, and {released[1].speedup:.2f} "
        "times in C that releases it"
    )
    if environment.gil_enabled:
        at_once = max(python[1].parallelism, held[1].parallelism)
        shown = released[1].parallelism > max(1.0, 1.2 * at_once)
        sentence = f"{speedups}. To start a thread and join it takes {_start_in_words()}."
    else:
        shown = None
        sentence = (
            f"{speedups}: there is no GIL here to hold or to release. In Python both threads take "
            "the lock of the one generator of `random`."
        )
    return Lesson(
        title=f"the smallest of {numbers:,} random numbers, twice; {steps:,} steps in C, twice",
        rows=(*python, *held, *released),
        sentence=sentence,
        shown=shown,
        environment=environment,
        notes=_NOTES,
    )


def work_as_published(numbers: int = PUBLISHED_NUMBERS) -> Lesson:
    """Do the published work once in sequence and once in two threads, in Python alone.

    Parameters
    ----------
    numbers : int
        How many random numbers each call makes; each takes some 40 bytes until the call ends, in
        each thread.

    Returns
    -------
    Lesson
        With a `ComputingWay` for each way.

    Raises
    ------
    ValueError
        When `numbers` is less than 1.
    """
    numbers = check_count("numbers", numbers)
    rows = _both_ways("Python", lambda: smallest_of(numbers), times=1)
    environment = info()
    return Lesson(
        title=f"the smallest of {numbers:,} random numbers, twice",
        rows=rows,
        sentence=(
            f"Two threads are {rows[1].speedup:.2f} times as fast as a sequence. To start a thread "
            f"and join it takes {_start_in_words()}."
        ),
        shown=rows[1].parallelism < 1.2 if environment.gil_enabled else None,
        environment=environment,
        notes=_NOTES,
    )


_NOTES = (
    "Parallelism is CPU seconds per wall second: above 1, two threads ran at the same moment.",
    "Waits and preemptions are context switches: a thread waited for something, such as the GIL, "
    "or the system gave its core to another one.",
)


def _start_in_words() -> str:
    def start_and_join() -> None:
        thread = Thread(target=int)
        thread.start()
        thread.join()

    return in_words(min(seconds_of(start_and_join) for _ in range(_STARTS)))


def _both_ways(
    kind: str, call: Callable[[], object], times: int = 3
) -> tuple[ComputingWay, ComputingWay]:
    """Return the best of several runs of each, in turn."""

    def twice(_: int) -> None:
        call()
        call()

    sequences, pairs = [], []
    for _ in range(times):
        sequences.append(_counted(lambda: in_threads(1, twice)))
        pairs.append(_counted(lambda: in_threads(2, lambda _: call())))
    sequence, threads = (
        min(runs, key=lambda run: run[0].wall_seconds) for runs in (sequences, pairs)
    )
    seconds = sequence[0].wall_seconds
    return (
        _way(f"{kind}, in sequence", seconds, *sequence),
        _way(f"{kind}, two threads", seconds, *threads),
    )


def _counted(run: Callable[[], RunTiming]) -> tuple[RunTiming, Switches | None]:
    before = own_switches()
    timing = run()
    after = own_switches()
    return timing, after.since(before) if after is not None and before is not None else None


def _way(
    way: str, sequence_seconds: float, timing: RunTiming, switches: Switches | None
) -> ComputingWay:
    return ComputingWay(
        way=way,
        wall_seconds=timing.wall_seconds,
        speedup=sequence_seconds / timing.wall_seconds,
        parallelism=timing.parallelism,
        waits=None if switches is None else switches.voluntary,
        preemptions=None if switches is None else switches.involuntary,
    )
