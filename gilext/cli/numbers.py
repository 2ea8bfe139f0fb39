"""Numbers on the command line."""

from __future__ import annotations

from math import isnan
from typing import Any

import click


class _Numbers(click.FloatRange):
    """A range of numbers without nan, which click's own range accepts: no comparison fails."""

    unit = ""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, or fail as click does."""
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value} is not a number of {self.unit}.", param, ctx)
        return number


class Seconds(_Numbers):
    """A range of seconds."""

    unit = "seconds"


class Points(_Numbers):
    """A range of percentage points."""

    unit = "percentage points"


class Rate(_Numbers):
    """A range of rates."""

    unit = "leaks per call"
