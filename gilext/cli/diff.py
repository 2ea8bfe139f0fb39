"""``gilext diff``."""

from __future__ import annotations

import click

from gilext.auditing.tables.gil_table import GilTable
from gilext.auditing.tables.table_diff import TableDiff, diff_tables
from gilext.cli.numbers import Points
from gilext.cli.output import as_json, show
from gilext.cli.recordings import recording_or_table_named
from gilext.recording.diff import RecordingDiff, diff
from gilext.recording.results import Recording


@click.command("diff")
@click.argument("before", type=recording_or_table_named, metavar="BEFORE")
@click.argument("after", type=recording_or_table_named, metavar="AFTER")
@click.option(
    "--fail-above",
    type=Points(0, 100),
    metavar="POINTS",
    help="Of recordings: exit with 1 if the pressure or the held fraction grew by more than POINTS "
    "percentage points, after subtracting its error.",
)
@click.option(
    "--fail-on-worse",
    is_flag=True,
    help="Of GIL tables: exit with 1 if a function holds the GIL that released or shared it, shares "
    "it that released it, or can't be checked any more.",
)
@as_json
def command(
    before: Recording | GilTable,
    after: Recording | GilTable,
    fail_above: float | None,
    fail_on_worse: bool,
    as_json: bool,
) -> int:
    """Say what got better or worse between two recordings, or two GIL tables of a library.

    Only changes beyond the errors of both count. The arguments are what `gilext show` takes, or
    two tables as JSON. If a recording has several processes, their mean is compared. The exit code
    is 0, or 1 as --fail-above or --fail-on-worse says, or 2 if a file is neither, or if what is
    asked for can't be judged at all.
    """
    if isinstance(before, GilTable) and isinstance(after, GilTable):
        if fail_above is not None:
            raise click.UsageError("--fail-above is for recordings; tables have --fail-on-worse")
        return _of_tables(diff_tables(before, after), fail_on_worse, as_json)
    if isinstance(before, GilTable) or isinstance(after, GilTable):
        raise click.UsageError("a GIL table can't be compared with a recording")
    if fail_on_worse:
        raise click.UsageError("--fail-on-worse is for GIL tables; recordings have --fail-above")
    return _of_recordings(diff(before, after), fail_above, as_json)


def _of_recordings(found: RecordingDiff, fail_above: float | None, as_json: bool) -> int:
    unknown = _unknown_shares(found) if fail_above is not None else []
    if len(unknown) == 2:
        raise click.UsageError(f"--fail-above can't be judged: {' and '.join(unknown)} are unknown")
    show(found, as_json)
    for name in unknown:
        _say(f"the {name} is unknown, so it was not judged")
    if fail_above is None:
        return 0
    worse = found.worse_by(fail_above)
    for name in worse:
        _say(f"the {name} grew by more than {fail_above:g} points beyond its error")
    return int(bool(worse))


def _unknown_shares(found: RecordingDiff) -> list[str]:
    shares = {"held fraction": found.held_fraction, "pressure": found.pressure}
    return [name for name, change in shares.items() if change.verdict is None]


def _of_tables(found: TableDiff, fail_on_worse: bool, as_json: bool) -> int:
    if fail_on_worse and len(found.unknown) == len(found.rows):
        raise click.UsageError("--fail-on-worse can't be judged: no row has a verdict in both")
    show(found, as_json)
    if not fail_on_worse:
        return 0
    for row in found.unknown:
        _say(f"{row} was not judged; {row.reason}")
    for name in found.gone:
        _say(f"{name} is gone, so it was not judged")
    for row in found.worse:
        _say(f"{row}: worse, {row.reason or f'it {row.after}, and before it {row.before}'}")
    return int(bool(found.worse))


def _say(what: str) -> None:
    click.echo(f"gilext: {what}", err=True)
