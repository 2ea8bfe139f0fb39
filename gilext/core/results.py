"""What every result of a measurement can do."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Result:
    """Base of the frozen dataclasses that measurements return.

    ``print(result)`` and a notebook show it as `gilext.render` draws it. That floor lies above
    this one, so it is looked up only when somebody wants to look.
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as what ``json.dumps()`` takes, names and units as here."""
        return asdict(cast("DataclassInstance", self))

    def __str__(self) -> str:
        """Return the text that ``print()`` shows."""
        return str(import_module("gilext.render.text").render(self))

    def _repr_html_(self) -> str:
        return str(import_module("gilext.render.html").render(self))
