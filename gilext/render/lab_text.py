"""The lab's results as text for a terminal; `gilext.render.text` registers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gilext.collection import TrialCollection
from gilext.lab.cycles import Cycles
from gilext.lab.locks import Locks
from gilext.lab.races import Races
from gilext.lab.refcounts import RacedReferences


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


FORMS: dict[type[Any], Callable[[Any], RenderableType]] = {
    Races: races,
    RacedReferences: references,
    Locks: locks,
    Cycles: cycles,
    TrialCollection: trial,
}
