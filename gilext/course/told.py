"""A result of the lab with what was published about it, and why it is so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gilext.core.report import Report
from gilext.core.results import Result
from gilext.course.claims import CLAIMS


@dataclass(frozen=True, slots=True)
class Told(Result):
    """A result of an experiment, between what was published and the reason.

    Attributes
    ----------
    result : Result
        What the experiment found.
    claim, published : str or None
        What was published, and the figure; None if nothing was.
    why : str or None
        Why today's result is another one, or what the lesson adds if it isn't.
    """

    result: Result
    claim: str | None
    published: str | None
    why: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields of the result, and ``claim``, ``published`` and ``why``."""
        told = {"claim": self.claim, "published": self.published, "why": self.why}
        return told | self.result.to_dict()

    def report(self) -> Report:
        """Return the report of the result, with the claim above it and the reason below."""
        report = self.result.report()
        body = report.body
        if self.claim is not None:
            figure = "" if self.published in (None, "-") else f" ({self.published})"
            body = ("", f"Published: {self.claim.rstrip('.')}{figure}.", *body)
        if self.why is not None:
            body = (*body, "", f"Why: {self.why}", "")
        return replace(report, body=body)


def told(name: str, result: Result) -> Told:
    """Return the result of an experiment with what was published about it."""
    claim = CLAIMS.get(name)
    if claim is None:
        return Told(result, None, None, None)
    return Told(result, claim.claim, claim.published, claim.why)
