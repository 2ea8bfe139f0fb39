"""``gilext check``."""

from __future__ import annotations

import click

from gilext.checking.checkup import check
from gilext.cli import functions
from gilext.cli.numbers import Seconds
from gilext.cli.output import as_json, show, telling


@click.command("check")
@click.argument("target", required=False, metavar="[MODULE:FUNCTION]")
@click.option(
    "--arg", "arguments", multiple=True, metavar="EXPRESSION", help="An argument; again for more."
)
@click.option("--setup", default="", metavar="CODE", help="What to run first, for --call.")
@click.option("--call", metavar="EXPRESSION", help="What to check instead of a function.")
@click.option(
    "--seconds",
    type=Seconds(0, 3600, min_open=True),
    default=0.5,
    show_default=True,
    help="How long to go on.",
)
@as_json
def command(
    target: str | None,
    arguments: tuple[str, ...],
    setup: str,
    call: str | None,
    seconds: float,
    as_json: bool,
) -> None:
    """Call a function again and again, and tell whether it releases the GIL.

    Name it as package.module:function, with Python expressions for its arguments, or give a
    --call, with a --setup, as to timeit. What the function prints goes to stderr, so that stdout
    has the result alone. If it raises, that is an error, and the exit code is 1.
    """
    if (target is None) == (call is None):
        raise click.UsageError("give either MODULE:FUNCTION or --call")
    with functions.stdout_on_stderr():
        function, values = (
            (functions.compiled_call(setup, call), [])
            if call is not None
            else functions.named_call(str(target), arguments)
        )
        with telling(f"calling {target or call}"), functions.failing_as(target or "--call"):
            checkup = check(function, *values, seconds=seconds)
    show(checkup, as_json)
