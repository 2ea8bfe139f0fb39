"""``gilext watch``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from gilext.cli.watched import Target, WatchedProgram
from gilext.recording.watch import DEFAULT_STALLS, watch
from gilext.render import files


class _ProgramCommand(click.Command):
    """A command whose own options end at the script's name, or at -m and the module's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Mark the end of the own options, then parse as ever."""
        taking_a_value = {
            name
            for param in self.params
            if isinstance(param, click.Option) and not param.is_flag
            for name in param.opts
        }
        place = 0
        while place < len(args) and args[place].startswith("-") and args[place] not in ("-", "--"):
            argument = args[place]
            place += 2 if argument in taking_a_value else 1
            if argument.startswith("-m") and place <= len(args):
                args = [*args[:place], "--", *args[place:]]
                break
        return super().parse_args(ctx, args)


def _file_option(name: str, help: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    return click.option(name, type=click.Path(path_type=Path), metavar="FILE", help=help)


@click.command("watch", cls=_ProgramCommand, context_settings={"allow_interspersed_args": False})
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m does.")
@click.option(
    "--interval",
    type=float,
    help="Mean seconds between two samples. Default: 0.0002, or more while all cores are busy.",
)
@click.option(
    "--stalls",
    type=float,
    default=DEFAULT_STALLS,
    show_default=True,
    help="A hold for which another thread waits that many seconds is a stall.",
)
@_file_option("--html", "Write a page of every hold.")
@_file_option("--trace", "Write a trace for Perfetto or vizviewer.")
@_file_option("--plot", "Draw the holds, as .png or .svg.")
@click.option(
    "--save",
    "others",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Write the recording as the file's suffix says: .json, .html, .trace.json, .png or .svg; "
    "may be given again.",
)
@click.option("--live", is_flag=True, help="Say each second on stderr who holds the GIL.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON, on stderr too.")
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[SCRIPT] [ARGS]...")
def command(
    module: str | None,
    interval: float | None,
    stalls: float,
    html: Path | None,
    trace: Path | None,
    plot: Path | None,
    others: tuple[Path, ...],
    live: bool,
    as_json: bool,
    program: tuple[str, ...],
) -> Callable[[], None]:
    """Run a program as python does, and report on stderr who held the GIL.

    Its arguments, standard input, standard output and exit code are its own; SCRIPT may be - for
    standard input. The report is made when the program's threads and its atexit handlers have
    ended, or at Ctrl-C. There is none if the program is killed or leaves by os._exit, and none of
    the processes that it starts or forks. A file that can't be written is said on stderr; the
    exit code is the program's all the same.
    """
    if module is None and not program:
        raise click.UsageError("name a script, or a module with -m")
    named = [
        (html, "html"),
        (trace, "trace"),
        (plot, "picture"),
        *((path, None) for path in others),
    ]
    try:
        targets = [_target(path, kind) for path, kind in named if path is not None]
        watched = watch(interval, stalls)
    except (ValueError, ImportError, OSError) as error:
        raise click.UsageError(str(error)) from error
    paths = [target.path for target in targets]
    for path in paths:
        if paths.count(path) > 1:
            raise click.UsageError(f"two results can't go to one file, {str(path)!r}")
    ready = WatchedProgram(watched, module, program, targets, live=live, as_json=as_json)
    ready.begin()
    return ready.run


def _target(name: Path, kind: str | None) -> Target:
    """Return where to write, once and for all: the program may change its folder."""
    kind = files.kind_of(name) if kind is None else kind
    path = name.absolute()
    files.check_target(path, kind)
    if path.is_dir():
        raise ValueError(f"{str(name)!r} is a folder")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"{str(name)!r} can't be written")
    return Target(str(name), path, kind)
