"""Threads as the rows of a table: few one by one, many by their names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from gilext.core.report import counted
from gilext.recording.parts import ThreadTime

MAX_THREADS = 15
_LARGE_PART = 0.05


def told_apart(threads: Sequence[ThreadTime]) -> tuple[ThreadTime, ...]:
    """Return the threads with their native numbers where several have one name."""
    counts = Counter(thread.name for thread in threads)
    return tuple(
        replace(thread, name=f"{thread.name} ({thread.native_id})")
        if counts[thread.name] > 1
        else thread
        for thread in threads
    )


def thread_rows(threads: Sequence[ThreadTime]) -> list[ThreadTime]:
    """Return the rows of a table of threads, those with the most at stake first.

    Up to 15 threads have a row each. Of more, those that held or waited for a twentieth of it all
    have one, and the rest share one with those whose names differ in nothing but numbers.
    """
    if len(threads) <= MAX_THREADS:
        return sorted(told_apart(threads), key=stake, reverse=True)
    large = _LARGE_PART * sum(map(stake, threads))
    alone: list[ThreadTime] = []
    groups: dict[str, list[ThreadTime]] = defaultdict(list)
    for thread in threads:
        if stake(thread) > large:
            alone.append(thread)
        else:
            groups[re.sub(r"\d+", "#", thread.name)].append(thread)
    rows = [*told_apart(alone), *(_one_of(name, group) for name, group in groups.items())]
    return sorted(rows, key=stake, reverse=True)


def stake(thread: ThreadTime) -> float:
    """Return how much of the GIL a thread had or wanted, or for how long it was attached."""
    known = (thread.held_seconds, thread.attached_seconds, thread.waited_seconds)
    return sum(seconds or 0.0 for seconds in known)


def _one_of(name: str, group: Sequence[ThreadTime]) -> ThreadTime:
    if len(group) == 1:
        return group[0]
    return ThreadTime(
        name=f"{name}, {counted(len(group), 'thread')}",
        ident=0,
        native_id=0,
        held_seconds=sum(thread.held_seconds for thread in group),
        longest_seconds=max(thread.longest_seconds for thread in group),
        holds=sum(thread.holds for thread in group),
        waited_seconds=sum_of_known([thread.waited_seconds for thread in group]),
        longest_wait_seconds=max(
            (thread.longest_wait_seconds for thread in group if thread.longest_wait_seconds),
            default=group[0].longest_wait_seconds,
        ),
        cpu_seconds=sum_of_known([thread.cpu_seconds for thread in group]),
        attached_seconds=sum_of_known([thread.attached_seconds for thread in group]),
    )


def sum_of_known(values: Sequence[float | None]) -> float | None:
    """Return the sum of what is known, or None if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
