"""``gilext lab``."""

from __future__ import annotations

import json

import click

from gilext.cli.output import as_json, print_out, show, telling
from gilext.lab import EXPERIMENTS


@click.command("lab")
@click.argument("name", required=False, type=click.Choice(list(EXPERIMENTS)), metavar="[NAME]")
@as_json
def command(name: str | None, as_json: bool) -> None:
    """Run an experiment of the lab, within ten seconds; without a NAME, list them."""
    if name is not None:
        with telling(f"running {name}"):
            result = EXPERIMENTS[name].run()
        show(result, as_json)
    elif as_json:
        titles = {one.name: one.title for one in EXPERIMENTS.values()}
        print_out(json.dumps(titles, indent=2) + "\n")
    else:
        print_out("".join(f"{one.name:19} {one.title}\n" for one in EXPERIMENTS.values()))
