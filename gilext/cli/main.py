"""The command line: the group of the commands, and what ``gilext`` calls."""

from __future__ import annotations

import sys

import click

from gilext.cli.check import check_command
from gilext.cli.compare import compare_command
from gilext.cli.info import info_command
from gilext.cli.lab import lab_command
from gilext.cli.watch import watch_command
from gilext.cli.watched import WatchedProgram
from gilext.core.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gilext")
def cli() -> None:
    """Measure who holds the GIL, and what it costs."""


for command in (compare_command, check_command, watch_command, lab_command, info_command):
    cli.add_command(command)


def main() -> None:
    """Run the command line; exit with 2 and one line on wrong use."""
    try:
        outcome = cli.main(prog_name="gilext", standalone_mode=False)
        if isinstance(outcome, WatchedProgram):
            outcome.begin()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"gilext: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    if isinstance(outcome, WatchedProgram):
        outcome.run()  # here, so that few frames of ours lie under the program's
    else:
        sys.exit(outcome if isinstance(outcome, int) else 0)
