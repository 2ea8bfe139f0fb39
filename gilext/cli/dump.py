"""``gilext dump``."""

from __future__ import annotations

import click

from gilext.cli.output import as_json, show
from gilext.recording.dump import dump


@click.command("dump")
@click.argument("pid", type=click.IntRange(min=1))
@as_json
def command(pid: int, as_json: bool) -> None:
    """Print who holds a process's GIL right now, and who waits.

    It also prints each thread's stack. The process is read from outside: it isn't stopped, and it
    may be stuck. It must run the same Python as gilext.
    """
    try:
        result = dump(pid)
    except (ValueError, OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    show(result, as_json)
