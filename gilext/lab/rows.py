"""A table out of frozen dataclasses: the fields' names say the titles and the units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from math import floor, log10
from typing import Any, NamedTuple

from gilext.core.report import Cell, Column, Table
from gilext.core.units import in_words

_Unit = tuple[str, float]
_TIMES: tuple[_Unit, ...] = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
_WIDE = 1000  # a column of times further apart than this has a unit in each cell
_MAX_COMMON = 10_000  # in a unit that all times of a table share,
_MAX_COMMON_DIGITS = 3  # and how many digits they may have after the point
_MEBIBYTE = 1 << 20


class _Series(NamedTuple):
    """A column and its cells."""

    column: Column
    cells: list[Cell]


def table_of(rows: Sequence[Any]) -> Table:
    """Return rows of one dataclass as a table, a column for each field; None is unknown.

    A field that is unknown in all rows has no column.
    """
    if not rows:
        return Table((), ())
    named = {field.name: [getattr(row, field.name) for row in rows] for field in fields(rows[0])}
    columns = {
        name: values for name, values in named.items() if any(value is not None for value in values)
    }
    unit = _common_unit(columns)
    series = [_series(name, values, unit) for name, values in columns.items()]
    cells = zip(*(one.cells for one in series), strict=True)
    return Table(tuple(one.column for one in series), tuple(cells))


def _common_unit(columns: Mapping[str, Sequence[Any]]) -> _Unit | None:
    """Return the largest unit in which no time of a table has too many digits, or None."""
    times = [
        value
        for name, values in columns.items()
        for value in values
        if name.endswith("_seconds") and value
    ]
    if not times:
        return None
    for unit in _TIMES:
        smallest, largest = min(times) / unit[1], max(times) / unit[1]
        if 1 <= largest < _MAX_COMMON and _digits_for(smallest) <= _MAX_COMMON_DIGITS:
            return unit
    return None


def _series(name: str, values: Sequence[Any], common_unit: _Unit | None) -> _Series:
    stem, _, unit = name.rpartition("_")
    known = [value for value in values if value is not None]
    if stem and unit == "seconds":
        return _times(_words(stem), values, known, common_unit)
    if stem and unit == "bytes":
        return _bytes(_words(stem), values, known)
    if stem and unit in ("fraction", "error"):
        return _Series(Column("±" if unit == "error" else _words(stem), ".1%"), [*values])
    title = _words(name)
    if all(isinstance(value, str) for value in known):
        return _Series(Column(title, is_text=True), [*values])
    if all(isinstance(value, int) for value in known):
        return _Series(Column(title, ","), [*values])
    return _Series(Column(title, ",.2f" if max(known) < 1000 else ",.0f"), [*values])


def _times(
    title: str,
    values: Sequence[float | None],
    known: Sequence[float],
    common_unit: _Unit | None,
) -> _Series:
    largest, smallest = max(known, default=0.0), min(filter(None, known), default=0.0)
    if largest > _WIDE * smallest:
        return _Series(Column(title), _each(values, in_words))
    unit, scale = common_unit or _unit_of(largest)
    form = f",.{_digits_for(smallest / scale)}f"
    return _Series(Column(f"{title} {unit}", form), _each(values, lambda value: value / scale))


def _digits_for(smallest: float) -> int:
    """Return how many digits after the point leave the smallest number two that count."""
    return max(2, 1 - floor(log10(smallest))) if smallest > 0 else 2


def _bytes(title: str, values: Sequence[int | None], known: Sequence[int]) -> _Series:
    if max(known, default=0) < _MEBIBYTE:
        return _Series(Column(f"{title} bytes", ","), [*values])
    return _Series(Column(f"{title} MiB", ",.1f"), _each(values, lambda value: value / _MEBIBYTE))


def _unit_of(seconds: float) -> _Unit:
    return next((unit for unit in _TIMES if seconds >= unit[1]), _TIMES[-1])


def _words(name: str) -> str:
    return name.replace("_per_second", " per second").replace("_", " ")


def _each(values: Sequence[float | None], form: Callable[[float], Cell]) -> list[Cell]:
    return [None if value is None else form(value) for value in values]
