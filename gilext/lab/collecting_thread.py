"""Which thread does the collector run in? In the one whose allocation was one too many.

There is no thread of the collector's own. It counts new containers; the thread that makes the one
above the threshold collects, before it goes on with its own work.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread
from typing import Any

from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads
from gilext.loops.pure import spin

_EVERY = 10_000
_FREE_THREADED = (
    "A free-threaded build also waits until there are many more containers, or more memory, than "
    f"after the last collection; here it collects after each {_EVERY:,} new containers."
)


@dataclass(frozen=True, slots=True)
class CollectingThread:
    """One thread and the collections that ran in it.

    Attributes
    ----------
    thread : str
        What it does.
    containers : int
        How many containers it made.
    collections : int
        How many collections ran in it.
    """

    thread: str
    containers: int
    collections: int


def see_who_collects(containers: int = 100_000) -> Lesson:
    """Let one thread make containers while one computes and the main thread waits.

    Parameters
    ----------
    containers : int
        How many lists to make, 1 at least.

    Returns
    -------
    Lesson
        With a `CollectingThread` for each thread.

    Raises
    ------
    ValueError
        When `containers` is less than 1.
    """
    containers = check_count("containers", containers)
    ran_in: Counter[str] = Counter()
    names: dict[int, str] = {}

    def note(phase: str, _: Mapping[str, Any]) -> None:
        if phase == "start":
            ran_in[current_thread().name] += 1

    def work(index: int) -> None:
        names[index] = current_thread().name
        if index == 0:
            kept: list[list[int]] = []
            for _ in range(containers):
                kept.append([])
        else:
            spin(containers)

    environment = info()
    with _collecting(at_once=environment.free_threaded_build):
        gc.callbacks.append(note)
        try:
            in_threads(2, work)
        finally:
            gc.callbacks.remove(note)
    waits = current_thread().name
    rows = (
        CollectingThread("makes lists", containers, ran_in[names[0]]),
        CollectingThread("computes with ints", 0, ran_in[names[1]]),
        CollectingThread("waits for both (main thread)", 0, ran_in[waits]),
    )
    in_maker, total = rows[0].collections, sum(ran_in.values())
    return Lesson(
        title=f"one thread makes {containers:,} lists",
        rows=rows,
        sentence=(
            f"{in_maker} of {total} collections ran in the thread that makes the containers: the "
            "collector has no thread of its own."
        ),
        shown=0 < in_maker == total,
        environment=environment,
        notes=(_FREE_THREADED,) if environment.free_threaded_build else (),
    )


@contextmanager
def _collecting(at_once: bool) -> Iterator[None]:
    """Switch the collector on; `at_once` if memory needn't have grown for it to begin."""
    was_enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.collect()
    gc.enable()
    if at_once:
        gc.set_threshold(_EVERY, 0)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if not was_enabled:
            gc.disable()
