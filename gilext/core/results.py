"""What every result of a measurement can do."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from gilext.core.layout import plain_text
from gilext.core.markup import html
from gilext.core.report import Report

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Result:
    """Base of the frozen dataclasses that measurements return.

    Each says in its `report` what it found; text and HTML are made from that.
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as what ``json.dumps()`` takes, names and units as here."""
        return asdict(cast("DataclassInstance", self))

    def report(self) -> Report:
        """Return what there is to say, for anything that draws it."""
        raise NotImplementedError(f"{type(self).__name__} has no report()")

    def __str__(self) -> str:
        """Return the text that ``print()`` shows."""
        return plain_text(self.report())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        report = self.report()
        return {"text/plain": plain_text(report), "text/html": html(report)}

    def _repr_html_(self) -> str:
        return html(self.report())
