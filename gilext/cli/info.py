"""``gilext info``."""

from __future__ import annotations

import click

from gilext.cli.output import as_json, show
from gilext.loops.installation import info


@click.command("info")
@as_json
def command(as_json: bool) -> None:
    """Show the interpreter, its GIL, the usable cores and the bindings built."""
    show(info(), as_json)
