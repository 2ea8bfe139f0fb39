"""``gilext lab mistakes``: what goes wrong in extensions, and what finds it."""

from __future__ import annotations

import click

from gilext.cli.output import as_json, show, telling
from gilext.core.environment import info
from gilext.core.results import Result
from gilext.course.building import BuildFailed, NoCompiler
from gilext.course.pairs.every_pair import MistakeList, Pairs
from gilext.course.pairs.mistake import Mistake, mistakes
from gilext.course.pairs.pair import run_pair


@click.command("mistakes")
@click.argument("name", required=False)
@click.option("--all", "run_all", is_flag=True, help="Build and run all of them.")
@as_json
@click.pass_obj
def command(json_above: bool | None, name: str | None, run_all: bool, as_json: bool) -> None:
    """Build and run a mistake that authors of extensions make, and its repair.

    NAME is a mistake's name or number; without one, the mistakes are listed. Each module runs in
    a process of its own, since many of them crash or hang.
    """
    known = mistakes()
    if name is not None and run_all:
        raise click.UsageError("give a NAME or --all, not both")
    result: Result = MistakeList(tuple(known.values()))
    try:
        if name is not None:
            chosen = _chosen(known, name)
            with telling(f"building and running {chosen.name}"):
                result = run_pair(chosen)
        elif run_all:
            result = _run_all(tuple(known.values()))
    except (NoCompiler, BuildFailed) as error:
        raise click.ClickException(str(error)) from error
    show(result, as_json or bool(json_above))


def _chosen(known: dict[str, Mistake], name: str) -> Mistake:
    found = [one for one in known.values() if name in (one.name, str(one.number))]
    if not found:
        raise click.UsageError(f"there is no mistake {name!r}; there are {', '.join(known)}")
    return found[0]


def _run_all(chosen: tuple[Mistake, ...]) -> Pairs:
    pairs = []
    with telling("building and running the mistakes") as tell:
        for place, mistake in enumerate(chosen, 1):
            tell(f"building and running {mistake.name}, {place} of {len(chosen)}")
            pairs.append(run_pair(mistake))
    return Pairs(tuple(pairs), info())
