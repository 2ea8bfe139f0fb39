"""``gilext compare``."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gilext.cli.numbers import Seconds
from gilext.cli.output import as_json, failing_to_write, show
from gilext.comparison.comparing import compare
from gilext.comparison.ways import DEFAULT_WAYS, WAYS
from gilext.core.whole_files import replacing
from gilext.loops.catalogue import LOOPS
from gilext.render import files, picture


@click.command("compare")
@click.argument("loop", type=click.Choice(list(LOOPS)), default="spin", metavar="[LOOP]")
@click.option("--workers", type=click.IntRange(1, 1024), help="How many workers run at once.")
@click.option(
    "--way",
    "ways",
    type=click.Choice(list(WAYS)),
    multiple=True,
    help="A way to run the loop; repeat it for more. Default: all but cffi_abi.",
)
@click.option(
    "--seconds",
    type=Seconds(0, 60, min_open=True),
    default=0.1,
    show_default=True,
    help="How long one call should take.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="How often to run each way.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also draw the speedups, as .png or .svg.",
)
@as_json
def command(
    loop: str,
    workers: int | None,
    ways: tuple[str, ...],
    seconds: float,
    rounds: int,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Run a C loop in several workers, with the GIL held and released.

    LOOP is spin (the default), count_primes or checksum. This takes up to 10 seconds on two
    cores.
    """
    if plot is not None:
        try:
            files.check_target(plot, "picture")
        except (ValueError, ImportError) as error:
            raise click.BadParameter(str(error), param_hint="--plot") from error
    with _progress_bar() as bar:
        task = bar.add_task("sizing the work", total=None)

        def show_progress(done: int, total: int, title: str) -> None:
            bar.update(task, completed=done, total=total, description=title)
            bar.refresh()

        comparison = compare(
            loop,
            workers=workers,
            ways=ways or DEFAULT_WAYS,
            seconds=seconds,
            rounds=rounds,
            progress=show_progress,
        )
    show(comparison, as_json)
    if plot is not None:
        with failing_to_write(plot), replacing(plot) as temporary:
            picture.save(comparison, temporary)
        click.echo(f"Drawn in {plot}", err=True)


def _progress_bar() -> Progress:
    # It draws only when told to: a thread that redraws would compete for the GIL.
    return Progress(
        TextColumn("{task.description:<30}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        disable=sys.stderr is None or not sys.stderr.isatty(),
    )
