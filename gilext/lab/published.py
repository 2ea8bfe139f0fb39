"""The work of the published programs, in a module that a new process imports in no time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.queues import Queue


def smallest_of(count: int) -> float:
    """Return the smallest of that many random numbers, all of them in a list."""
    return min([random.random() * 100 for _ in range(count)])


def add_up(start: int, stop: int) -> int:
    """Add up a range."""
    total = 0
    for number in range(start, stop):
        total += number
    return total


def add_up_and_send(start: int, stop: int, results: Queue[int]) -> None:
    """Add up a range and put the sum into a queue: what each process runs."""
    results.put(add_up(start, stop))


def send(size: int, results: Queue[bytes]) -> None:
    """Put that many bytes into a queue."""
    results.put(bytes(size))
