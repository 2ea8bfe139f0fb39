"""What the collector does with its generations today: thresholds, collections, survivors.

Published introductions tell of three generations and three thresholds. What this interpreter has
is read from it while it works: the collector changed in 3.12 and in 3.14, and a free-threaded
build has one generation.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from gilext.core.checks import check_count
from gilext.core.environment import info
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
        How often it was collected while the containers were made.
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


def watch_generations(containers: int = 300_000) -> Lesson:
    """Make many containers that stay, see what is collected, and follow one of them.

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
    seconds = [0.0, 0.0, 0.0]
    collections = [0, 0, 0]
    start = 0.0

    def note(phase: str, details: Mapping[str, Any]) -> None:
        nonlocal start
        if phase == "start":
            start = perf_counter()
        else:
            collections[details["generation"]] += 1
            seconds[details["generation"]] += perf_counter() - start

    was_enabled = gc.isenabled()
    gc.collect()
    gc.enable()
    gc.callbacks.append(note)
    try:
        kept: list[list[int]] = [[] for _ in range(containers)]
    finally:
        gc.callbacks.remove(note)
        if not was_enabled:
            gc.disable()
    kept.clear()
    path = _path_of_a_survivor()
    thresholds = gc.get_threshold()
    rows = tuple(
        Generation(
            generation=number,
            threshold=thresholds[number],
            collections=collections[number],
            collecting_seconds=seconds[number],
            survivor_after=", ".join(str(age) for age, seen in enumerate(path) if seen == number),
        )
        for number in range(len(thresholds))
    )
    made = ", ".join(f"{row.collections} of generation {row.generation}" for row in rows)
    lived_in = sorted({number for number in path if number is not None})
    return Lesson(
        title=f"{containers:,} lists are made and kept",
        rows=rows,
        sentence=(
            f"Thresholds {thresholds}: making the lists ran {made}; a list that stays is found in "
            f"generation {' and then '.join(map(str, lived_in)) or 'none'}."
        ),
        shown=sum(collections) > 0,
        environment=info(),
    )


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
