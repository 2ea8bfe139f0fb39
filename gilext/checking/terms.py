"""What keeps others waiting, in words: to hold the GIL; without one, to stay attached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Freeing = Literal["releases", "detaches"]
Keeping = Literal["holds", "stays attached"]


@dataclass(frozen=True, slots=True)
class Terms:
    """The words for one kind of interpreter.

    Attributes
    ----------
    freeing, keeping : str
        The verdicts on what lets others run or stop, and on what doesn't.
    keeps : str
        What a function does that keeps others waiting.
    hands_over : str
        What it does if it shares.
    no_request, few_requests : str
        What went wrong if nobody asked, or hardly anybody; the latter with a place for a number.
    kept, longest_kept, waited : str
        The headings of a report's figures.
    """

    freeing: Freeing
    keeping: Keeping
    keeps: str
    hands_over: str
    no_request: str
    few_requests: str
    kept: str
    longest_kept: str
    waited: str


WITH_GIL = Terms(
    freeing="releases",
    keeping="holds",
    keeps="holds the GIL",
    hands_over="gives it away when another thread requests it",
    no_request="no thread requested the GIL inside a call",
    few_requests="only {} requests for the GIL were made",
    kept="held",
    longest_kept="longest hold seen",
    waited="wait for the GIL",
)
WITHOUT_GIL = Terms(
    freeing="detaches",
    keeping="stays attached",
    keeps="stays attached",
    hands_over="stops when the world has to",
    no_request="no stop of the world was requested inside a call",
    few_requests="only {} stops of the world were requested",
    kept="attached",
    longest_kept="longest attached seen",
    waited="wait for a stop of the world",
)


def terms_of(gil_enabled: bool) -> Terms:
    """Return the words for an interpreter with or without a GIL."""
    return WITH_GIL if gil_enabled else WITHOUT_GIL
