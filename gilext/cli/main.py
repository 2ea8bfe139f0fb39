"""The command line: the group of the commands, and what ``gilext`` calls."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from gilext.core.version import __version__


def _compare() -> click.Command:
    from gilext.cli.compare import command

    return command


def _check() -> click.Command:
    from gilext.cli.check import command

    return command


def _watch() -> click.Command:
    from gilext.cli.watch import command

    return command


def _attach() -> click.Command:
    from gilext.cli.attach import command

    return command


def _dump() -> click.Command:
    from gilext.cli.dump import command

    return command


def _show() -> click.Command:
    from gilext.cli.show import command

    return command


def _diff() -> click.Command:
    from gilext.cli.diff import command

    return command


def _leaks() -> click.Command:
    from gilext.cli.leaks import command

    return command


def _audit() -> click.Command:
    from gilext.cli.audit import command

    return command


def _lab() -> click.Command:
    from gilext.cli.lab import command

    return command


def _learn() -> click.Command:
    from gilext.cli.learn import command

    return command


def _info() -> click.Command:
    from gilext.cli.info import command

    return command


_COMMANDS: dict[str, Callable[[], click.Command]] = {
    "compare": _compare,
    "check": _check,
    "watch": _watch,
    "attach": _attach,
    "dump": _dump,
    "show": _show,
    "diff": _diff,
    "leaks": _leaks,
    "audit": _audit,
    "lab": _lab,
    "learn": _learn,
    "info": _info,
}


class _Commands(click.Group):
    """The commands, each imported only when it runs: a watched program loads no other's."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        load = _COMMANDS.get(cmd_name)
        return None if load is None else load()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gilext")
def cli() -> None:
    """Measure who holds the GIL, and what it costs."""


def main() -> None:
    """Run the command line; exit with 2 and one line on wrong use.

    What a command leaves to do happens here, so that few frames lie under a watched program.
    """
    try:
        rest = cli.main(prog_name="gilext", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"gilext: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    if callable(rest):
        rest()
    else:
        sys.exit(rest if isinstance(rest, int) else 0)
