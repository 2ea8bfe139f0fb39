"""A table out of frozen dataclasses: the fields' names say the titles and the units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from gilext.core.report import Cell, Column, Table
from gilext.core.units import in_words

_TIMES = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
_WIDE = 1000  # a column of times further apart than this has a unit in each cell
_MEBIBYTE = 1 << 20


class _Series(NamedTuple):
    """A column and its cells."""

    column: Column
    cells: list[Cell]


def table_of(rows: Sequence[Any]) -> Table:
    """Return rows of one dataclass as a table, a column for each field; None is unknown."""
    if not rows:
        return Table((), ())
    series = [
        _series(field.name, [getattr(row, field.name) for row in rows]) for field in fields(rows[0])
    ]
    cells = zip(*(one.cells for one in series), strict=True)
    return Table(tuple(one.column for one in series), tuple(cells))


def _series(name: str, values: Sequence[Any]) -> _Series:
    stem, _, unit = name.rpartition("_")
    known = [value for value in values if value is not None]
    if stem and unit == "seconds":
        return _times(_words(stem), values, known)
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


def _times(title: str, values: Sequence[float | None], known: Sequence[float]) -> _Series:
    largest, smallest = max(known, default=0.0), min(filter(None, known), default=0.0)
    if largest > _WIDE * smallest:
        return _Series(Column(title), _each(values, in_words))
    unit, scale = _unit_of(largest)
    return _Series(Column(f"{title} {unit}", ",.2f"), _each(values, lambda value: value / scale))


def _bytes(title: str, values: Sequence[int | None], known: Sequence[int]) -> _Series:
    if max(known, default=0) < _MEBIBYTE:
        return _Series(Column(f"{title} bytes", ","), [*values])
    return _Series(Column(f"{title} MiB", ",.1f"), _each(values, lambda value: value / _MEBIBYTE))


def _unit_of(seconds: float) -> tuple[str, float]:
    return next((unit for unit in _TIMES if seconds >= unit[1]), _TIMES[-1])


def _words(name: str) -> str:
    return name.replace("_per_second", " per second").replace("_", " ")


def _each(values: Sequence[float | None], form: Callable[[float], Cell]) -> list[Cell]:
    return [None if value is None else form(value) for value in values]
