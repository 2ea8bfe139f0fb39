"""``gilext attach``."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from gilext.cli import options
from gilext.cli.numbers import Seconds
from gilext.cli.output import as_json, show
from gilext.cli.targets import Target, line_of_written, target_of
from gilext.recording.attach import DEFAULT_SECONDS, attachment


@click.command("attach")
@click.argument("pid", type=click.IntRange(min=1))
@click.option(
    "--seconds",
    type=Seconds(min=0, min_open=True),
    default=DEFAULT_SECONDS,
    show_default=True,
    help="How long to record; Ctrl-C ends it earlier.",
)
@click.option("--interval", type=float, help="Mean seconds between two samples. Default: 0.0002.")
@options.stalls
@options.no_lines
@options.html
@options.outputs(
    "Write the recording in the form that the file's suffix names, as gilext watch does; repeat "
    "it for more files."
)
@as_json
def command(
    pid: int,
    seconds: float,
    interval: float | None,
    stalls: float,
    no_lines: bool,
    html: Path | None,
    outputs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Record a running process, and report who held its GIL.

    The process must run the same CPython as gilext, 3.14 or later. Nothing is left in it
    afterwards.
    """
    targets = _targets([(html, "html"), *((path, None) for path in outputs)])
    try:
        attached = attachment(pid, seconds, interval, stalls, lines=not no_lines)
        with attached, _bar(f"Recording process {pid}") as bar:
            task = bar.add_task("", total=seconds)

            def show_progress(passed: float, _: float) -> None:
                bar.update(task, completed=passed)
                bar.refresh()

            attached.wait(show_progress)
    except KeyboardInterrupt:
        if attached.recording is None:
            raise
    except (ValueError, OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    recording = attached.recording
    assert recording is not None
    show(recording, as_json)
    for target in targets:
        click.echo(line_of_written(recording, target), err=True, nl=False)


def _targets(named: list[tuple[Path | None, str | None]]) -> list[Target]:
    try:
        return [target_of(path, kind) for path, kind in named if path is not None]
    except (ValueError, ImportError, OSError) as error:
        raise click.UsageError(str(error)) from error


def _bar(title: str) -> Progress:
    # It draws only when told to, without a thread.
    return Progress(
        TextColumn(title),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:g} s"),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        disable=sys.stderr is None or not sys.stderr.isatty(),
    )
