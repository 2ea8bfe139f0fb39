"""The lab's results as text for a terminal; `gilext.render.text` registers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gilext.lab.cycles import Cycles
from gilext.lab.lesson import Lesson
from gilext.lab.locks import Locks
from gilext.lab.races import Races
from gilext.lab.refcounts import RacedReferences
from gilext.references.trial import TrialCollection


def table_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a table: its first column is text, the others are figures."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def races(result: Races) -> RenderableType:
    """Return the races as a table and a sentence."""
    columns = ("way", "counted", "lost", "ns each", "scaling")
    rows = [
        (row.way, f"{row.counted:,}", f"{row.lost:,}", f"{row.increment_seconds * 1e9:.1f}",
         f"{row.scaling:.2f}")
        for row in result.rows
    ]  # fmt: skip
    title = f"{result.workers} threads count one counter up, {result.increments:,} times each"
    return Group(Text(title, style="bold"), table_of(columns, rows), Text(result.sentence))


def references(result: RacedReferences) -> RenderableType:
    """Return the reference counts as a table and a sentence."""
    columns = ("way", "right", "leaked", "freed early", "seen dead")
    rows = [
        (row.way, str(row.right), str(row.leaked), str(row.freed_early), f"{row.seen_dead:,}")
        for row in result.rows
    ]
    title = (
        f"{result.workers} threads take and drop a reference, {result.times:,} times each, to "
        f"{result.objects} objects"
    )
    return Group(Text(title, style="bold"), table_of(columns, rows), Text(result.sentence))


def locks(result: Locks) -> RenderableType:
    """Return the lock orders as a table and a sentence."""
    columns = ("order", "rounds", "deadlocks", "wall ms")
    rows = [
        (row.order, str(row.rounds), str(row.deadlocks), f"{row.wall_seconds * 1e3:.1f}")
        for row in result.rows
    ]
    title = f"two threads take two locks, and give up after {result.timeout_seconds * 1e3:g} ms"
    return Group(Text(title, style="bold"), table_of(columns, rows), Text(result.sentence))


def trial(result: TrialCollection) -> RenderableType:
    """Return the collector's steps as a table and a sentence."""
    columns = ("object", "count", "- internal", "= external", "reachable")
    rows = [
        (one.name, str(one.count), str(one.internal), str(one.external),
         "yes" if one.reachable else "no")
        for one in result.objects
    ]  # fmt: skip
    return Group(table_of(columns, rows), Text(result.sentence))


def cycles(result: Cycles) -> RenderableType:
    """Return both trials, one after the other, and a sentence."""
    return Group(
        Text("while a variable refers to the ring", style="bold"),
        trial(result.held),
        Text(),
        Text("when none does", style="bold"),
        trial(result.let_go),
        Text(),
        Text(result.sentence),
    )


_UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
_WIDE = 1000  # a column of times further apart than this has a unit in each cell


def lesson(result: Lesson) -> RenderableType:
    """Return any lesson as a table, a column for each field of its rows, and a sentence."""
    columns = [
        _column(field.name, [getattr(row, field.name) for row in result.rows])
        for field in fields(result.rows[0])
    ]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, (title, _, is_text) in enumerate(columns):
        table.add_column(
            title,
            justify="left" if is_text else "right",
            overflow="fold",
            no_wrap=place == 0 or not is_text,
        )
    for row in zip(*(cells for _, cells, _ in columns), strict=True):
        table.add_row(*row)
    return Group(Text(result.title, style="bold"), table, Text(result.sentence))


def _column(name: str, values: Sequence[Any]) -> tuple[str, list[str], bool]:
    """Return a column's title, with its unit, its cells, and whether they are text."""
    stem, _, unit = name.rpartition("_")
    known = [value for value in values if value is not None]
    if stem and unit == "seconds":
        largest, smallest = max(known, default=0.0), min(filter(None, known), default=0.0)
        if largest > _WIDE * smallest:
            return _words(stem), _cells(values, lambda v: _in_unit(v, _unit_of(v))), False
        chosen = _unit_of(largest)
        return (
            f"{_words(stem)} {chosen[0]}",
            _cells(values, lambda v: f"{v / chosen[1]:,.2f}"),
            False,
        )
    if stem and unit in ("fraction", "error"):
        return (
            _words(stem if unit == "fraction" else "±"),
            _cells(values, lambda v: f"{v:.1%}"),
            False,
        )
    if stem and unit == "bytes":
        if max(known, default=0) < 1 << 20:
            return f"{_words(stem)} bytes", _cells(values, lambda v: f"{v:,}"), False
        return f"{_words(stem)} MiB", _cells(values, lambda v: f"{v / 2**20:,.1f}"), False
    if all(isinstance(value, str) for value in known):
        return _words(name), _cells(values, str), True
    if all(isinstance(value, int) for value in known):
        return _words(name), _cells(values, lambda v: f"{v:,}"), False
    digits = 2 if max(known, default=0.0) < 1000 else 0
    return _words(name), _cells(values, lambda v: f"{v:,.{digits}f}"), False


def _unit_of(seconds: float) -> tuple[str, float]:
    return next((unit for unit in _UNITS if seconds >= unit[1]), _UNITS[-1])


def _in_unit(seconds: float, unit: tuple[str, float]) -> str:
    return f"{seconds / unit[1]:.3g} {unit[0]}"


def _words(name: str) -> str:
    return name.replace("_per_second", " a second").replace("_", " ")


def _cells(values: Sequence[Any], form: Callable[[Any], str]) -> list[str]:
    return ["-" if value is None else form(value) for value in values]


FORMS: dict[type[Any], Callable[[Any], RenderableType]] = {
    Lesson: lesson,
    Races: races,
    RacedReferences: references,
    Locks: locks,
    Cycles: cycles,
    TrialCollection: trial,
}
