"""Every claim of five published articles about the GIL, with what is so today, and why.

The pages are made from this: `TABLE` has the claims by subject, in the order in which one would
read them. The claim that a lesson is about has its words from `gilext.course.claims`.
"""

from __future__ import annotations

from gilext.course.published import (
    collector,
    computing,
    counts,
    gil,
    history,
    implementations,
    processes,
    races,
    waiting,
)
from gilext.course.published.row import ARTICLES, STANDINGS, Article, Row

TABLE = {
    "What the GIL is": gil.ROWS,
    "Races, and locks against them": races.ROWS,
    "Reference counts": counts.ROWS,
    "The collector": collector.ROWS,
    "Work that computes": computing.ROWS,
    "Work that waits": waiting.ROWS,
    "Processes": processes.ROWS,
    "History, and removal": history.ROWS,
    "Other implementations": implementations.ROWS,
}

__all__ = ["ARTICLES", "STANDINGS", "TABLE", "Article", "Row"]
