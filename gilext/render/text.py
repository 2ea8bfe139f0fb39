"""Results as text for a terminal, drawn by rich."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import singledispatch
from io import StringIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from gilext.checking.checkup import Checkup
from gilext.comparison.comparing import Comparison, Row
from gilext.core.environment import Environment
from gilext.recording.results import Recording
from gilext.references.counts import RefChanges, RefcountView
from gilext.references.leaks import LeakReport
from gilext.render import lab_text

_MOST_LINES = 10


def render(result: object, width: int | None = None) -> str:
    """Return a result as plain text.

    Parameters
    ----------
    result : Result
        Any result of gilext.
    width : int, optional
        Columns to fill; by default those of the terminal.
    """
    columns = shutil.get_terminal_size().columns if width is None else width
    console = Console(file=StringIO(), width=columns, color_system=None)
    with console.capture() as capture:
        console.print(renderable(result))
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())


@singledispatch
def renderable(result: object) -> RenderableType:
    """Return a result as what a rich console prints."""
    raise TypeError(f"no text form for {type(result).__name__}")


@renderable.register
def _(comparison: Comparison) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("way", no_wrap=True)
    for name in ("wall ms", "CPU ms", "speedup", "spread", "of limit"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in comparison.rows:
        table.add_row(*_cells(row), style="bold" if row.way == "released" else "")
    return Group(
        Text(heading(comparison), style="bold"),
        Text(place(comparison.environment)),
        table,
        Text(comparison.verdict),
        *(Text(f"Left out: {reason}", style="dim") for reason in comparison.skipped),
    )


def heading(comparison: Comparison) -> str:
    """Return what was run, in one line."""
    return (
        f"{comparison.loop}, {comparison.size:,} {comparison.unit} a call, "
        f"{comparison.workers} workers, {comparison.rounds} rounds"
    )


def place(environment: Environment) -> str:
    """Return what it ran on, in one line."""
    return (
        f"{environment.implementation} {environment.python_version}, {gil_state(environment)}, "
        f"{environment.usable_cores:g} of {environment.cpu_count} cores usable"
    )


def gil_state(environment: Environment) -> str:
    """Return whether there is a GIL, in words."""
    if not environment.free_threaded_build:
        return "with a GIL"
    if environment.gil_enabled:
        return "free-threaded build, GIL switched on"
    return "free-threaded, no GIL"


def _cells(row: Row) -> tuple[str, ...]:
    spread = f"{row.speedup_low:.2f}-{row.speedup_high:.2f}"
    return (
        row.title,
        f"{row.wall_seconds * 1e3:.1f}",
        f"{row.cpu_seconds * 1e3:.1f}",
        f"{row.speedup:.2f}",
        "" if row.way == "one" else spread,
        f"{row.limit_share:.0%}",
    )


@renderable.register
def _(environment: Environment) -> RenderableType:
    return _grid(
        (
            ("gilext", environment.gilext_version),
            ("interpreter", f"{environment.implementation} {environment.python_version}"),
            ("compiled by", environment.compiler),
            ("system", environment.system),
            ("GIL", gil_state(environment)),
            ("switch interval", f"{environment.switch_interval_seconds * 1e3:g} ms"),
            ("usable cores", f"{environment.usable_cores:g} of {environment.cpu_count}"),
            ("bindings", ", ".join(environment.bindings)),
        )
    )


for _kind, _form in lab_text.FORMS.items():
    renderable.register(_kind, _form)


@renderable.register
def _(view: RefcountView) -> RenderableType:
    generation = "" if view.gc_generation is None else f", generation {view.gc_generation}"
    rows = [
        ("type", view.type_name),
        ("references", f"{view.count}{', immortal: not counted' if view.immortal else ''}"),
        ("collector", f"tracks it{generation}" if view.gc_tracked else "doesn't track it"),
    ]
    if view.split is not None:
        split = view.split
        rows.append(("owner's, others'", f"{split.local}, {split.shared} ({split.state})"))
    return _grid(rows)


@renderable.register
def _(seen: RefChanges) -> RenderableType:
    rows = [
        (one.type_name, str(one.before), str(one.after), f"{one.change:+d}") for one in seen.changes
    ]
    return lab_text.table_of(("object", "before", "after", "change"), rows)


@renderable.register
def _(report: LeakReport) -> RenderableType:
    made = f"{report.rounds} rounds of {report.calls} calls"
    traced = [Text(f"  {line}", style="dim") for line in report.traced]
    return Group(Text(report.sentence, style="bold"), Text(made), *traced)


def _grid(rows: Iterable[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column()
    for row in rows:
        grid.add_row(*row)
    return grid


@renderable.register
def _(checkup: Checkup) -> RenderableType:
    return _grid(
        (
            ("function", checkup.function),
            ("verdict", checkup.verdict),
            ("held", f"{checkup.held_fraction:.1%} ± {checkup.held_error:.1%} of its time"),
            ("longest hold seen", f"{checkup.longest_hold_seconds * 1e3:.3g} ms"),
            (
                "wait for the GIL",
                f"{checkup.median_stall_seconds * 1e3:.3g} ms median, "
                f"{checkup.stall_seconds * 1e3:.3g} ms longest of {checkup.probes}",
            ),
            ("calls", f"{checkup.calls}, {checkup.call_seconds * 1e3:.3g} ms each"),
        )
    )


@renderable.register
def _(recording: Recording) -> RenderableType:
    lines = recording.stall_lines()
    threads = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    threads.add_column("thread", no_wrap=True)
    for name in ("held s", "of the time", "holds", "longest ms"):
        threads.add_column(name, justify="right", no_wrap=True)
    for thread in sorted(recording.by_thread, key=lambda thread: -thread.held_seconds):
        threads.add_row(
            thread.name,
            f"{thread.held_seconds:.3f}",
            f"{thread.held_seconds / recording.seconds:.1%}",
            str(thread.holds),
            f"{thread.longest_seconds * 1e3:.2f}",
        )
    parts: list[RenderableType] = [
        Text(recording_heading(recording), style="bold"),
        Text(place(recording.environment)),
        threads,
    ]
    if recording.stall_threshold_seconds is not None:
        parts.append(Text(stalls_in_all(recording)))
    if lines:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("line that held", overflow="fold")
        for name in ("stalls", "total ms", "worst ms"):
            table.add_column(name, justify="right", no_wrap=True)
        for line in lines[:_MOST_LINES]:
            where = f"{line.frame.file}:{line.frame.line} {line.frame.function}"
            table.add_row(
                where,
                str(line.stalls),
                f"{line.seconds * 1e3:.1f}",
                f"{line.worst_seconds * 1e3:.1f}",
            )
        parts.append(table)
    parts += [Text(note, style="dim") for note in notes_on(recording)]
    return Group(*parts)


def notes_on(recording: Recording) -> list[str]:
    """Return what has to be known of a recording to read it, a sentence each."""
    notes = []
    if recording.stalls and recording.lines_unavailable_reason is not None:
        notes.append(f"Without the lines of the stalls: {recording.lines_unavailable_reason}.")
    if recording.throttled_seconds > 0:
        notes.append(
            f"For {recording.throttled_seconds:.1f} s the program kept all cores busy, and gilext "
            "looked more seldom."
        )
    if recording.holds_truncated_at_seconds is not None:
        notes.append(f"Holds one by one only up to {recording.holds_truncated_at_seconds:.1f} s.")
    if recording.stalls_truncated_at_seconds is not None:
        notes.append(f"Stalls only up to {recording.stalls_truncated_at_seconds:.1f} s.")
    return notes


def stalls_in_all(recording: Recording) -> str:
    """Return how many stalls there were, in one line."""
    if recording.stall_threshold_seconds is None:
        return "stalls were not looked for"
    threshold = f"(holds of {recording.stall_threshold_seconds * 1e3:g} ms or more)"
    count = len(recording.stalls)
    if count == 0:
        return f"no stalls {threshold}"
    stalled = sum(stall.hold.seconds for stall in recording.stalls)
    return f"{count} {'stall' if count == 1 else 'stalls'} {threshold}, {stalled:.3f} s in all"


def recording_heading(recording: Recording) -> str:
    """Return what a recording says, in one line."""
    if not recording.environment.gil_enabled:
        return f"no GIL: nothing was held in {recording.seconds:.3f} s"
    return (
        f"the GIL was held for {recording.held_fraction:.1%} ± {recording.held_error:.1%} "
        f"of {recording.seconds:.3f} s"
    )
