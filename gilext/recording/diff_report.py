"""What the difference of two recordings says: the figures side by side, lines, threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gilext.core.environment import environment_line
from gilext.core.report import Cell, Column, Report, Table, counted
from gilext.recording.culprits import place_of

if TYPE_CHECKING:
    from gilext.recording.changes import Change
    from gilext.recording.diff import RecordingDiff

_MAX_ROWS = 10
_SAID = {"worse": "worse", "better": "better", "no difference": "no difference beyond the error"}


def diff_report(diff: RecordingDiff) -> Report:
    """Return the figures side by side, then lines and threads."""
    body: list[Table | str] = [_figures(diff)]
    if diff.lines:
        lines = [
            (place_of(one.frame, one.expression), one.held_fraction, one.caused_waits)
            for one in diff.lines
        ]
        body.append(_table("line", "others waited", lines))
    if diff.threads:
        threads = [(one.name, one.held_fraction, one.waits) for one in diff.threads]
        body.append(_table("thread", "waited", threads))
    return Report(
        title=_verdict(diff),
        place=environment_line(diff.environment),
        body=tuple(body),
        notes=diff.notes,
    )


def _verdict(diff: RecordingDiff) -> str:
    """Return what changed in one sentence, of pressure rather than of the held fraction."""
    shares = (
        ("at least one thread waited", diff.pressure),
        ("the GIL was held", diff.held_fraction),
    )
    for verdict, said in _SAID.items():
        for what, change in shares:
            if change.verdict == verdict:
                part = f"{change.after:.1%} of the time, before {change.before:.1%}"
                return f"{said}: {what} for {part}{_first_line(diff, verdict)}"
    return "nothing can be compared"


def _first_line(diff: RecordingDiff, verdict: str) -> str:
    """Return the line that changed most in what others waited, if that is worse or better too."""
    for line in diff.lines[:1]:
        if line.caused_waits.verdict == verdict != "no difference":
            return f"; {place_of(line.frame, line.expression)} changed most"
    return ""


def _figures(diff: RecordingDiff) -> Table:
    percent: Callable[[float], str] = "{:.1%}".format
    rows = (
        _row("the GIL was held", diff.held_fraction, percent),
        _row("a thread waited (pressure)", diff.pressure, percent),
        _row("threads waiting", diff.waits, "{:.3f}".format),
        _row("longest wait", diff.longest_wait_seconds, lambda wait: f"{wait * 1e3:.1f} ms"),
        _row("stalls per second", diff.stalls_per_second, "{:.2f}".format),
    )
    columns = (
        Column(is_text=True),
        Column("before"),
        Column("after"),
        Column("±"),
        Column(is_text=True),
    )
    return Table(columns, rows)


def _row(name: str, change: Change, form: Callable[[float], str]) -> tuple[Cell, ...]:
    values = (change.before, change.after, change.error)
    return (name, *(None if one is None else form(one) for one in values), change.verdict or "")


def _table(kind: str, waited: str, changes: Sequence[tuple[Cell, Change, Change]]) -> Table:
    """Return what each held, and how many waited, per second of both recordings."""
    shown = changes[:_MAX_ROWS]
    verdicts = [_of_both(waits, held) for _, held, waits in shown]
    columns = (
        Column(kind, is_text=True),
        Column("held before", ".1%"),
        Column("after", ".1%"),
        Column(f"{waited} before", ".3f"),
        Column("after", ".3f"),
        *([Column(is_text=True)] if any(verdicts) else []),
    )
    rows = tuple(
        (name, held.before, held.after, waits.before, waits.after, verdict)[: len(columns)]
        for (name, held, waits), verdict in zip(shown, verdicts, strict=True)
    )
    left_out = len(changes) - _MAX_ROWS
    rest = f"… and {counted(left_out, 'more ' + kind)}" if left_out > 0 else ""
    return Table(columns, rows, rest=rest)


def _of_both(waits: Change, held: Change) -> str:
    """Return the first verdict that says something."""
    said = (change.verdict for change in (waits, held))
    return next((verdict for verdict in said if verdict in ("worse", "better")), "")
