"""``gilext watch``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from gilext.cli import options
from gilext.cli.commands import script_named
from gilext.cli.programs import Kind, Program
from gilext.cli.targets import FOLDER, target_of
from gilext.cli.watched import WatchedProgram
from gilext.recording.files import SUFFIX
from gilext.recording.watch import is_folder, watch

# Those that a program may need; an interpreter can take them only when it starts.
_OPTIONS_OF_PYTHON = {f"-{letter}" for letter in "bBdEIiOPqRsSuvWxX"}


class _ProgramCommand(click.Command):
    """A command whose own options end at the script's name, or after -m or -c and a value."""

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
            if argument.startswith(("-m", "-c")) and place <= len(args):
                args = [*args[:place], "--", *args[place:]]
                break
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name in _OPTIONS_OF_PYTHON:
                raise click.UsageError(
                    f"{error.option_name} is an option of the interpreter: give it to python, as "
                    f"in python {error.option_name} … -m gilext watch …"
                ) from None
            raise


def _kind_of(name: str, children: bool) -> str | None:
    """Return the kind of the file, if its name's suffix alone doesn't say it."""
    if children and is_folder(name):
        return FOLDER
    return SUFFIX if name.lower().endswith(SUFFIX) else None


def _program(module: str | None, code: str | None, words: Sequence[str]) -> Program:
    if module is not None:
        return Program(Kind.MODULE, module, words)
    if code is not None:
        return Program(Kind.CODE, code, words)
    if not words:
        raise click.UsageError("name a script, or a module with -m")
    try:
        return Program(Kind.SCRIPT, script_named(words[0]), words[1:])
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error


@click.command("watch", cls=_ProgramCommand, context_settings={"allow_interspersed_args": False})
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m does.")
@click.option("-c", "code", metavar="CODE", help="Run code, as python -c does.")
@click.option(
    "--interval",
    type=float,
    help="Mean seconds between two samples. Default: 0.0002, or longer while every core is busy.",
)
@options.stalls
@click.option(
    "--budget",
    type=float,
    help="How much of one core samples may use while every core is busy. Default: 0.01, or no "
    "limit with --interval.",
)
@options.no_lines
@options.html
@options.one_file("--trace", "Write a trace for Perfetto or vizviewer.")
@options.one_file("--plot", "Draw the holds, as .png or .svg.")
@options.outputs(
    "Write the recording in the form that the file's suffix names: .json, .html, .trace.json, "
    ".speedscope.json, .folded, .waited.folded, .png or .svg; repeat it for more files. A .gilext "
    "file is the recording's memory from the start, and remains even if the program is killed. With "
    "--children, give a folder, or a name that ends with a slash, to keep the recording of each "
    "process there, as PID.gilext.",
    "--save",
    path_type=str,
)
@click.option(
    "--children",
    is_flag=True,
    help="Also watch the Python processes that the program forks or starts, and theirs.",
)
@click.option("--live", is_flag=True, help="Print every second, on stderr, who holds the GIL.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON, on stderr too.")
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[SCRIPT] [ARGS]...")
def command(
    module: str | None,
    code: str | None,
    interval: float | None,
    stalls: float,
    budget: float | None,
    no_lines: bool,
    html: Path | None,
    trace: Path | None,
    plot: Path | None,
    outputs: tuple[str, ...],
    children: bool,
    live: bool,
    as_json: bool,
    program: tuple[str, ...],
) -> Callable[[], None]:
    """Run a program, and report on stderr who held the GIL.

    The program runs as under python, with its own arguments, standard input, standard output and
    exit code. SCRIPT may be - for standard input, or the name of a console script, such as
    uvicorn. The report comes when the program's threads and atexit handlers have ended, also
    after Ctrl-C, or before os._exit, os.exec*, SIGTERM or SIGHUP ends the program. After SIGKILL
    or a crash there is no report, but a .gilext file still has the recording. With --children it
    includes the Python processes that the program starts or forks. If a file can't be written,
    stderr says so; the exit code is still the program's.
    """
    named_program = _program(module, code, program)
    named = [
        (html, "html"),
        (trace, "trace"),
        (plot, "picture"),
        *((Path(name), _kind_of(name, children)) for name in outputs),
    ]
    try:
        targets = [target_of(path, kind) for path, kind in named if path is not None]
        memories = [name for name in outputs if _kind_of(name, children) in (FOLDER, SUFFIX)]
        if len(memories) > 1:
            raise ValueError(f"only one {SUFFIX} file can be the recording's memory")
        file = memories[0] if memories else None
        watched = watch(
            interval, stalls, lines=not no_lines, children=children, budget=budget, file=file
        )
    except (ValueError, ImportError, OSError) as error:
        raise click.UsageError(str(error)) from error
    paths = [target.path for target in targets]
    for path in paths:
        if paths.count(path) > 1:
            raise click.UsageError(f"two results can't go to one file, {str(path)!r}")
    ready = WatchedProgram(watched, named_program, targets, live=live, as_json=as_json)
    ready.begin()
    return ready.run
