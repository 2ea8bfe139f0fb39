"""What the collector does with its generations today: thresholds, collections, survivors.

Articles tell of three generations and three thresholds. What this interpreter has is read from it
while it works: up to 3.13, and again since 3.14.5, there are three generations; 3.14.0 to 3.14.4
had two and collected the old one in increments; a free-threaded build has one.

Articles also say that the collector runs in a thread. It has none: it runs in the thread that
makes containers.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Thread, get_ident
from time import perf_counter
from typing import Any, NamedTuple

from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.core.report import counted
from gilext.lab.lesson import Lesson
from gilext.references.counts import inspect_refs


@dataclass(frozen=True, slots=True)
class Generation:
    """One of the collector's generations.

    Attributes
    ----------
    generation : int
        Its number; 0 is the youngest.
    threshold : int
        Of ``gc.get_threshold()``.
    collections : int
        How often it was collected, with those below it, while the containers were made.
    collecting_seconds : float
        What that took.
    survivor_after : str
        After how many collections of the youngest generation a container was found in it.
    """

    generation: int
    threshold: int
    collections: int
    collecting_seconds: float
    survivor_after: str


_THRESHOLD = (
    "threshold: of generation 0, how many more containers are made than freed before it is "
    "collected; of the others, how many collections of the one before."
)
_THRESHOLD_FREE_THREADED = (
    "threshold: how many more containers are made than freed before the collector may run. A "
    "free-threaded build has one generation, and also waits until there are many more containers, "
    "or more memory, than after the last collection."
)


class _Noted(NamedTuple):
    """One collection, and whether it ran in the thread that made the containers."""

    generation: int
    seconds: float
    is_maker: bool


def watch_generations(containers: int = 300_000) -> Lesson:
    """Make many containers in a thread, see what is collected, and follow one of them.

    Parameters
    ----------
    containers : int
        How many lists to make, 1 at least.

    Returns
    -------
    Lesson
        With a `Generation` for each that the interpreter reports.

    Raises
    ------
    ValueError
        When `containers` is less than 1.
    """
    containers = check_count("containers", containers)
    noted = _collections_while(lambda: [[] for _ in range(containers)])
    path = _path_of_a_survivor()
    environment = info()
    is_free = environment.free_threaded_build
    thresholds = gc.get_threshold()[:1] if is_free else gc.get_threshold()
    rows = tuple(
        Generation(
            generation=number,
            threshold=thresholds[number],
            collections=sum(one.generation == number for one in noted),
            collecting_seconds=sum(one.seconds for one in noted if one.generation == number),
            survivor_after=", ".join(str(age) for age, seen in enumerate(path) if seen == number),
        )
        for number in range(len(thresholds))
    )
    return Lesson(
        title=f"a thread makes {counted(containers, 'list')} and keeps them",
        rows=rows,
        sentence=f"{_ran(rows)} {_where(noted)} {_lives(path)}",
        shown=True if noted else None if is_free else False,
        environment=environment,
        notes=(
            _THRESHOLD_FREE_THREADED if is_free else _THRESHOLD,
            "survivor after: after how many collections of generation 0 a list that stays was "
            "found in it.",
        ),
    )


def _ran(rows: tuple[Generation, ...]) -> str:
    ran = (f"{_times(row.collections)} in generation {row.generation}" for row in rows)
    return f"The collector ran {', '.join(ran)}."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _where(noted: list[_Noted]) -> str:
    if not noted:
        return "No list was collected."
    if all(one.is_maker for one in noted):
        return "It ran in the thread that made the lists: it has no thread of its own."
    others = sum(not one.is_maker for one in noted)
    return f"It ran in the thread that made the lists, and {_times(others)} in another."


def _lives(path: list[int | None]) -> str:
    lived_in = sorted({number for number in path if number is not None})
    if not lived_in:
        return "In which generation a list is can't be read on this interpreter."
    return f"A list that stays is found in generation {', then '.join(map(str, lived_in))}."


def _collections_while(make: Callable[[], list[Any]]) -> list[_Noted]:
    """Return the collections while a thread makes containers, which stay until it has made all."""
    noted: list[_Noted] = []
    start, maker = 0.0, 0

    def note(phase: str, details: Mapping[str, Any]) -> None:
        nonlocal start
        if phase == "start":
            start = perf_counter()
        else:
            is_maker = get_ident() == maker
            noted.append(_Noted(details["generation"], perf_counter() - start, is_maker))

    def work() -> None:
        nonlocal maker
        maker = get_ident()
        gc.callbacks.append(note)
        try:
            make()
        finally:
            gc.callbacks.remove(note)

    was_enabled = gc.isenabled()
    gc.collect()
    gc.enable()
    try:
        thread = Thread(target=work)
        thread.start()
        thread.join()
    finally:
        if not was_enabled:
            gc.disable()
    return noted


def _path_of_a_survivor() -> list[int | None]:
    """Return where a container is when it is new and after 1, 2 and 3 young collections."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        survivor: list[object] = []
        survivor.append(survivor)
        path = [inspect_refs(survivor).gc_generation]
        for _ in range(3):
            gc.collect(0)
            path.append(inspect_refs(survivor).gc_generation)
        survivor.clear()
        return path
    finally:
        if was_enabled:
            gc.enable()
