"""The median, without the standard library's statistics.

That brings decimal along, which ends a process that loads it in sub-interpreters with a GIL each
(CPython 3.12).
"""

from __future__ import annotations

from collections.abc import Iterable


def median(numbers: Iterable[float]) -> float:
    """Return the middle number, or the mean of the two in the middle.

    Raises
    ------
    ValueError
        When there is none.
    """
    ordered = sorted(numbers)
    if not ordered:
        raise ValueError("there is no median of no numbers")
    half = len(ordered) // 2
    return (ordered[half] + ordered[~half]) / 2
