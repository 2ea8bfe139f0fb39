"""The command line: ``gilext compare``, ``watch``, ``check``, ``lab``, ``info``."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gilext.checking.checkup import check
from gilext.cli import programs
from gilext.comparison.comparing import compare
from gilext.comparison.ways import DEFAULT_WAYS, WAYS
from gilext.core.results import Result
from gilext.core.version import __version__
from gilext.lab import EXPERIMENTS
from gilext.loops.catalogue import LOOPS
from gilext.loops.installation import info
from gilext.recording.live import LiveLine
from gilext.recording.watch import DEFAULT_STALLS, watch
from gilext.render import files, picture, terminal

as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gilext")
def cli() -> None:
    """Measure who holds the GIL, and what it costs."""


@cli.command("compare")
@click.argument("loop", type=click.Choice(list(LOOPS)), default="spin")
@click.option("--workers", type=click.IntRange(1, 1024), help="How many run at once.")
@click.option(
    "--way",
    "ways",
    type=click.Choice(list(WAYS)),
    multiple=True,
    help="A way to run the loop; may be given again. Default: all but cffi_abi.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, 60, min_open=True),
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
    help="Draw the speedups too, as .png or .svg.",
)
@as_json
def compare_command(
    loop: str,
    workers: int | None,
    ways: tuple[str, ...],
    seconds: float,
    rounds: int,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Run a C loop in several workers, with the GIL held and released.

    Ends within 10 seconds on two cores. LOOP is spin (the default), count_primes or checksum.
    """
    if plot is not None:
        try:
            files.check_target(plot, "picture")
        except (ValueError, ImportError) as error:
            raise click.BadParameter(str(error), param_hint="--plot") from error
    with _progress_bar() as bar:
        task = bar.add_task("sizing the work", total=None)

        def show(done: int, total: int, title: str) -> None:
            bar.update(task, completed=done, total=total, description=title)
            bar.refresh()

        comparison = compare(
            loop,
            workers=workers,
            ways=ways or DEFAULT_WAYS,
            seconds=seconds,
            rounds=rounds,
            progress=show,
        )
    _print(comparison, as_json)
    if plot is not None:
        picture.save(comparison, plot)
        click.echo(f"Drawn in {plot}", err=True)


@cli.command("info")
@as_json
def info_command(as_json: bool) -> None:
    """Show the interpreter, its GIL, the usable cores and the bindings built."""
    _print(info(), as_json)


@cli.command("lab")
@click.argument("name", required=False, type=click.Choice(list(EXPERIMENTS)))
@as_json
def lab_command(name: str | None, as_json: bool) -> None:
    """Run an experiment of the lab, within ten seconds; without a NAME, list them."""
    if name is not None:
        _print(EXPERIMENTS[name].run(), as_json)
    elif as_json:
        click.echo(json.dumps({one.name: one.title for one in EXPERIMENTS.values()}, indent=2))
    else:
        for one in EXPERIMENTS.values():
            click.echo(f"{one.name:19} {one.title}")


@cli.command("check")
@click.argument("target", required=False, metavar="[MODULE:FUNCTION]")
@click.option(
    "--arg", "arguments", multiple=True, metavar="EXPRESSION", help="An argument; again for more."
)
@click.option("--setup", default="", metavar="CODE", help="What to run first, for --call.")
@click.option("--call", metavar="EXPRESSION", help="What to check instead of a function.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 3600, min_open=True),
    default=0.5,
    show_default=True,
    help="How long to go on.",
)
@as_json
def check_command(
    target: str | None,
    arguments: tuple[str, ...],
    setup: str,
    call: str | None,
    seconds: float,
    as_json: bool,
) -> None:
    """Call a function again and again, and tell whether it releases the GIL.

    Name it as package.module:function, with Python expressions for its arguments, or give a
    --call, with a --setup, as to timeit.
    """
    if (target is None) == (call is None):
        raise click.UsageError("give either MODULE:FUNCTION or --call")
    function, values = (
        (programs.compiled_call(setup, call), [])
        if call is not None
        else programs.named_call(str(target), arguments)
    )
    _print(check(function, *values, seconds=seconds), as_json)


@cli.command(
    "watch", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m does.")
@click.option(
    "--interval",
    type=float,
    help="Mean seconds between two looks. Default: 0.0002, or more while all cores are busy.",
)
@click.option(
    "--stalls",
    type=float,
    default=DEFAULT_STALLS,
    show_default=True,
    help="Seconds from which on a hold is a stall.",
)
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page of every hold."
)
@click.option(
    "--trace",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a trace for Perfetto or vizviewer.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the holds, as .png or .svg.",
)
@click.option("--live", is_flag=True, help="Show who holds the GIL while the program runs.")
@as_json
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[SCRIPT] [ARGS]...")
def watch_command(
    module: str | None,
    interval: float | None,
    stalls: float,
    html: Path | None,
    trace: Path | None,
    plot: Path | None,
    live: bool,
    as_json: bool,
    program: tuple[str, ...],
) -> int:
    """Run a program as python does, and report on stderr who held the GIL.

    Its arguments, standard input and exit code are its own; with --json, so is standard output:
    the report is on stderr there too.
    """
    if module is None and not program:
        raise click.UsageError("name a script, or a module with -m")
    targets = {"html": html, "trace": trace, "picture": plot}
    try:
        watched = watch(interval, stalls)
        for kind, path in targets.items():
            if path is not None:
                files.check_target(path, kind)
    except (ValueError, ImportError) as error:
        raise click.UsageError(str(error)) from error
    with watched, LiveLine(watched, sys.stderr) if live else nullcontext():
        code = programs.run(module, program)
    if as_json:
        click.echo(json.dumps(watched.recording.to_dict()), err=True)
    else:
        terminal.show(watched.recording, sys.stderr)
    for kind, path in targets.items():
        if path is not None:
            files.save(watched.recording, path, kind)
            click.echo(f"Written: {path}", err=True)
    return code


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
        disable=not sys.stderr.isatty(),
    )


def _print(result: Result, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result.to_dict(), indent=2))
    else:
        terminal.show(result, sys.stdout)


def main() -> None:
    """Run the command line; exit with 2 and one line on wrong use."""
    try:
        code = cli.main(prog_name="gilext", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"gilext: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
