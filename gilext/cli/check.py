"""``gilext check``."""

from __future__ import annotations

import click

from gilext.checking.checkup import check
from gilext.cli import functions
from gilext.cli.numbers import Seconds
from gilext.cli.output import as_json, show, telling


@click.command("check")
@functions.called
@click.option(
    "--seconds",
    type=Seconds(0, 3600, min_open=True),
    default=0.5,
    show_default=True,
    help="How long to keep calling.",
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
    """Call a function repeatedly, and say if it releases the GIL.

    Name it as package.module:function, with Python expressions as arguments, or give --call and
    --setup, as for timeit. What the function prints goes to stderr, so that stdout has only the
    result. If the function raises an exception, the exit code is 1.
    """
    functions.check_called(target, call)
    with functions.stdout_on_stderr():
        function, values = functions.function_called(target, arguments, setup, call)
        with telling(f"calling {target or call}"), functions.failing_as(target or "--call"):
            checkup = check(function, *values, seconds=seconds)
    show(checkup, as_json)
