"""``gilext lab``: the experiments as subcommands, and a list of them."""

from __future__ import annotations

import click

from gilext.cli import mistakes
from gilext.cli.output import as_json, show, telling
from gilext.course.told import told
from gilext.lab import EXPERIMENTS, Experiment
from gilext.lab.lesson import until_shown
from gilext.lab.listing import list_experiments


class _Lab(click.Group):
    """The experiments, each as a command that no help lists: the list of the lab does."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *EXPERIMENTS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in EXPERIMENTS:
            return _command_of(EXPERIMENTS[cmd_name])
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            names = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"there is no experiment {args[0]!r}; there are {names}")
        return super().resolve_command(ctx, args)


@click.group(
    "lab",
    cls=_Lab,
    invoke_without_command=True,
    subcommand_metavar="[NAME] [--full] [--json]",
)
@as_json
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Run an experiment of the lab; without a NAME, list them.

    It prints what was published, what happens here, and why. If the effect doesn't show at once,
    the experiment repeats itself for some seconds. With --full it runs at the published size, and
    says first how long that takes.
    """
    if ctx.invoked_subcommand is not None:
        ctx.obj = as_json
    else:
        show(list_experiments(EXPERIMENTS.values()), as_json)


command.add_command(mistakes.command)


def _command_of(experiment: Experiment) -> click.Command:
    name, title = experiment.name, experiment.title

    @click.command(name, help=title[0].upper() + title[1:], hidden=True)
    @click.option("--full", is_flag=True, help="Run at the published size.")
    @as_json
    @click.pass_obj
    def run(json_above: bool, full: bool, as_json: bool) -> None:
        if full and experiment.full is None:
            raise click.UsageError(f"{name} has no other size: leave out --full")
        with telling(f"running {name}") as tell:
            if full and experiment.full is not None:
                click.echo(f"At the published size {name} takes {experiment.full.takes}.", err=True)
                result = experiment.full.run()
            else:
                result = until_shown(
                    experiment.run,
                    progress=lambda attempt: tell(
                        f"running {name}" + (f", try {attempt}" if attempt > 1 else "")
                    ),
                )
        show(told(name, result), as_json or json_above)

    return run
