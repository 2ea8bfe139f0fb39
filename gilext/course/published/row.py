"""What one row of the table of claims holds."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from gilext.course.claims import CLAIMS

Standing = Literal["yes", "in part", "no longer", "no", "unknown"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)


class Article(NamedTuple):
    """A published article, in Korean.

    Attributes
    ----------
    title : str
        Its title.
    note : str
        What else identifies it.
    """

    title: str
    note: str = ""


ARTICLES = {
    "A": Article("GIL(Global Interpreter Lock)"),
    "B": Article("GIL을 알아보자"),
    "C": Article("GIL", "which begins with memory"),
    "D": Article("[Python] GIL(Global Interpreter Lock, 전역 인터프리터 락)", "2024-01-08"),
    "E": Article("Python GIL 이슈"),
}


class Row(NamedTuple):
    """One claim.

    Attributes
    ----------
    key : str
        Its name among all claims.
    articles : str
        The letters of those that make it.
    published : str
        What they say, in our words.
    standing : str
        Whether it is so today.
    today : str
        What is so today.
    why : str
        Why that is another thing, or what the claim leaves out.
    lesson : str
        The experiment that shows it; empty if no run can.
    figure : str
        The figure that they print; empty if they print none.
    """

    key: str
    articles: str
    published: str
    standing: Standing
    today: str
    why: str
    lesson: str = ""
    figure: str = ""


def led(lesson: str, articles: str, standing: Standing, today: str) -> Row:
    """Return the claim that a lesson is about."""
    claim = CLAIMS[lesson]
    figure = "" if claim.published == "-" else claim.published
    return Row(lesson, articles, claim.claim, standing, today, claim.why, lesson, figure)
