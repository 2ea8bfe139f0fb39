"""``gilext show``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from gilext.auditing.tables.gil_table import TABLE_SUFFIXES, GilTable
from gilext.cli import options
from gilext.cli.output import as_json, show
from gilext.cli.recordings import recording_or_table_named
from gilext.cli.targets import target_of, why_not_written
from gilext.recording.results import Recording


@click.command("show")
@click.argument("shown", type=recording_or_table_named, metavar="FILE")
@options.outputs(
    "Write the recording in the form that the file's suffix names, and print no report; repeat it "
    "for more files."
)
@as_json
def command(shown: Recording | GilTable, outputs: tuple[Path, ...], as_json: bool) -> None:
    """Print a recording's report, or convert it to other files.

    FILE is a recording saved as .json, or a .gilext file, even one of a program that was killed,
    or the folder of `gilext watch --children`, with all its processes. The suffixes are those of
    `gilext watch --output`.

    It may also be the GIL table of a library, which can be written as .json and .md.
    """
    if isinstance(shown, GilTable):
        write = [_table_writer(shown, name) for name in outputs]
    else:
        write = [_recording_writer(shown, name) for name in outputs]
    if as_json or not outputs:
        show(shown, as_json)
    for name, written in zip(outputs, write, strict=True):
        if (reason := written()) is not None:
            raise click.ClickException(f"can't write {str(name)!r}: {reason}")
        click.echo(f"Written: {name}", err=True)


def _recording_writer(recording: Recording, name: Path) -> Callable[[], str | None]:
    """Return a function that writes one file, and returns why that failed."""
    try:
        target = target_of(name)
    except (ValueError, ImportError, OSError) as error:
        raise click.BadParameter(str(error), param_hint="--output") from error
    return partial(why_not_written, recording, target)


def _table_writer(table: GilTable, name: Path) -> Callable[[], str | None]:
    """Return the same for a table."""
    if name.suffix.lower() not in TABLE_SUFFIXES:
        said = f"a GIL table is written as {' or '.join(TABLE_SUFFIXES)}, not as {name.name!r}"
        raise click.BadParameter(said, param_hint="--output")

    def write() -> str | None:
        try:
            table.save(name)
        except OSError as error:
            return error.strerror
        return None

    return write
