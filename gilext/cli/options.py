"""Options that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from gilext.recording.watch import DEFAULT_STALLS

_Decorator = Callable[[Callable[..., object]], Callable[..., object]]

stalls: _Decorator = click.option(
    "--stalls",
    type=float,
    default=DEFAULT_STALLS,
    show_default=True,
    help="A hold that makes another thread wait for that many seconds is a stall.",
)
no_lines: _Decorator = click.option(
    "--no-lines", is_flag=True, help="Don't record which Python lines held the GIL."
)


def one_file(name: str, help: str) -> _Decorator:
    """Return an option that takes a file to write."""
    return click.option(name, type=click.Path(path_type=Path), metavar="FILE", help=help)


html: _Decorator = one_file("--html", "Write a page that shows every hold.")


def outputs(help: str, *aliases: str, path_type: type = Path) -> _Decorator:
    """Return ``-o``, ``--output``, which may be given again: the parameter `outputs`."""
    return click.option(
        "-o",
        "--output",
        *aliases,
        "outputs",
        type=click.Path(path_type=path_type),
        multiple=True,
        metavar="FILE",
        help=help,
    )
