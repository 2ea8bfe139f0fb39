"""Two GIL tables of a library against each other: what got better or worse, beyond doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from gilext.auditing.tables.cases import titled
from gilext.auditing.tables.gil_rows import BUSY_FRACTION, GilRow
from gilext.auditing.tables.gil_table import GilTable
from gilext.auditing.tables.table_diff_report import diff_report
from gilext.checking.verdict import MIN_CALL_SECONDS
from gilext.core.environment import Environment, environment_line
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.recording.changes import Change, Figure, change_of

_RANKS = {"releases": 0, "detaches": 0, "shares": 1, "holds": 2, "stays attached": 2}
_FIGURES_PER_ROW = 3
_HALF = 0.5  # of its time: from there on, it doesn't release


@dataclass(frozen=True, slots=True)
class RowChange:
    """What one function does at one size, in two tables.

    Attributes
    ----------
    function, size : str
        As of `GilRow`.
    before, after : str or None
        Its verdicts; None if it couldn't be checked.
    verdict : str or None
        ``"worse"`` or ``"better"`` if they differ, in the order releases, shares, holds, and if it
        can't be checked any more, or can be now; ``"same"``; None if that isn't known. If there is
        not enough evidence to tell holds from shares, it still isn't releases.
    reason : str or None
        Why that isn't known, or what tells it if not two verdicts.
    kept_fraction : Change
        The share of its time for which it held the GIL, or was attached.
    kept_seconds : Change
        For how long it did so per call.
    longest_hold_seconds : Change
        For how long at a time; without a verdict if a call had to wait for a core.
    """

    function: str
    size: str
    before: str | None
    after: str | None
    verdict: str | None
    reason: str | None
    kept_fraction: Change
    kept_seconds: Change
    longest_hold_seconds: Change

    def __str__(self) -> str:
        """Return what it is called in messages."""
        return titled(self.function, self.size)


@dataclass(frozen=True, slots=True)
class TableDiff(Result):
    """What a second table has changed against a first.

    Attributes
    ----------
    rows : tuple of RowChange
        The functions and sizes that are in both, in the order of the second.
    added, gone : tuple of str
        Those that are in the second alone, and in the first alone.
    notes : tuple of str
        What one has to know to read the rest, a sentence each.
    environment : Environment
        What the second was made on.
    """

    rows: tuple[RowChange, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    notes: tuple[str, ...]
    environment: Environment

    @property
    def worse(self) -> tuple[RowChange, ...]:
        """The rows whose verdict got worse beyond doubt."""
        return tuple(row for row in self.rows if row.verdict == "worse")

    @property
    def unknown(self) -> tuple[RowChange, ...]:
        """The rows of which it isn't known whether their verdict changed."""
        return tuple(row for row in self.rows if row.verdict is None)

    def report(self) -> Report:
        """Return the verdicts that changed, the times that did, and what isn't known."""
        return diff_report(self)


def diff_tables(before: GilTable, after: GilTable) -> TableDiff:
    """Compare two tables, by function and size.

    A verdict got worse if it goes from releases to shares to holds; if the share of the time is
    what decides, then only if that differs beyond its error too. Each error is widened for the
    number of figures that are compared, so that of twenty comparisons of tables that show the same,
    about one calls a figure changed.
    """
    known = {row.key: row for row in before.rows}
    found = {row.key: row for row in after.rows}
    pairs = [(known[key], row) for key, row in found.items() if key in known]
    widening = _widening(_FIGURES_PER_ROW * len(pairs))
    return TableDiff(
        rows=tuple(_change_of(old, new, widening) for old, new in pairs),
        added=tuple(str(row) for key, row in found.items() if key not in known),
        gone=tuple(str(row) for key, row in known.items() if key not in found),
        notes=tuple(_notes(before, after)),
        environment=after.environment,
    )


def _widening(figures: int) -> float:
    """Return by how much 95 % errors grow if that many figures are compared (Bonferroni)."""
    return _standard_errors(0.05 / max(1, figures)) / _standard_errors(0.05)


def _standard_errors(chance: float) -> float:
    """Return how many standard errors a figure is off by with that chance."""
    least, most = 0.0, 40.0
    for _ in range(60):
        middle = (least + most) / 2
        if erfc(middle / sqrt(2)) > chance:
            least = middle
        else:
            most = middle
    return least


def _change_of(old: GilRow, new: GilRow, widening: float) -> RowChange:
    both = (old, new)
    is_busy = any((row.no_core_fraction or 0.0) > BUSY_FRACTION for row in both)
    held_longest = [
        Figure(row.longest_hold_seconds, None if is_busy else row.longest_hold_error)
        for row in both
    ]
    kept = _changed([Figure(*row.kept) for row in both], widening)
    verdict, reason = _judged(old, new, kept, widening)
    return RowChange(
        new.function,
        new.size,
        old.verdict,
        new.verdict,
        verdict,
        reason,
        kept,
        _changed([Figure(row.kept_seconds, row.kept_seconds_error) for row in both], widening),
        _changed(held_longest, widening),
    )


def _changed(figures: Sequence[Figure], widening: float) -> Change:
    before, after = (
        Figure(value, None if error is None else widening * error) for value, error in figures
    )
    return change_of(before, after)


def _judged(
    old: GilRow, new: GilRow, kept: Change, widening: float
) -> tuple[str | None, str | None]:
    """Return how the verdict changed, and why that isn't known if it isn't."""
    if old.is_judged and new.error is not None:
        return "worse", f"it can't be checked any more: {new.error}"
    if old.error is not None and new.is_judged:
        return "better", None
    if old.gil_enabled != new.gil_enabled:
        return None, "there was a GIL in one of them alone"
    was, now = _ranks_of(old, widening), _ranks_of(new, widening)
    verdict = "worse" if min(now) > max(was) else "better" if max(now) < min(was) else None
    # What tells whether it shares the GIL isn't how much of its time it holds it.
    if verdict is not None and 0 in was | now and kept.verdict != verdict:
        kind = new.terms.kept
        return None, f"the verdicts differ, but the {kind} fractions don't, beyond their errors"
    if old.is_judged and new.is_judged:
        return verdict or "same", None
    if verdict is not None:
        return verdict, f"{new.terms.kept} {kept.after:.0%} of its time, before {kept.before:.0%}"
    name, row = ("after", new) if old.is_judged else ("before", old)
    return None, f"{name}: {row.why}"


def _ranks_of(row: GilRow, widening: float) -> set[int]:
    """Return what a row may do: 0 is to release, 1 to share, 2 to hold."""
    if row.is_judged:
        return {_RANKS[str(row.verdict)]}
    fraction, error = row.kept
    is_seen = row.call_seconds is not None and row.call_seconds >= MIN_CALL_SECONDS
    if not is_seen or fraction is None or error is None:
        return {0, 1, 2}
    return {1, 2} if fraction - widening * error > _HALF else {0, 1, 2}


def _notes(before: GilTable, after: GilTable) -> Iterator[str]:
    versions = [", ".join(map(str, table.packages)) for table in (before, after)]
    if versions[0] != versions[1]:
        yield f"Before: {versions[0] or 'no package named'}; after: {versions[1] or 'none'}."
    if (line := environment_line(before.environment)) != environment_line(after.environment):
        yield f"The table before was made on another interpreter or machine: {line}."
    yield (
        "Times depend on the machine. Errors are widened for the number of figures compared: of "
        "twenty comparisons of tables that show the same, about one calls a figure changed."
    )
