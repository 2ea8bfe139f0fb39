"""A program under watch: how it begins, and what is left when it has ended."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import click

from gilext.cli import programs
from gilext.cli.endings import End, ProgramEnding
from gilext.cli.output import json_of, text_of
from gilext.cli.targets import Target, line_of_written
from gilext.core.environment import info
from gilext.core.streams import write_through
from gilext.recording.files import SUFFIX
from gilext.recording.live import LiveLines
from gilext.recording.watch import Watch

# Imported before the program begins: it may clear sys.path, and an interpreter that ends starts no
# thread any more, which matplotlib does when it looks for fonts.
_NEEDED = {
    "html": ("gilext.render.page",),
    "trace": ("gilext.render.trace",),
    "picture": (
        "gilext.render.lanes",
        "matplotlib.font_manager",
        "matplotlib.backends.backend_agg",
        "matplotlib.backends.backend_svg",
    ),
    "speedscope": ("gilext.render.flame",),
    "held": ("gilext.render.flame",),
    "waited": ("gilext.render.flame",),
    "json": (),
    SUFFIX: (),
    "folder": (),
}


class WatchedProgram:
    """A program that is run under a watch, with a report when the interpreter ends.

    The report is an exit handler. The interpreter calls it after it has joined the non-daemon
    threads, and after the program's own handlers, which are registered later. So executors end as
    they do without a watch, and code that runs late is watched too.
    """

    def __init__(
        self,
        watched: Watch,
        program: programs.Program,
        targets: Sequence[Target],
        *,
        live: bool,
        as_json: bool,
    ) -> None:
        self._watched = watched
        self._program = program
        self._targets = targets
        self._as_json = as_json
        self._stderr = sys.stderr
        self._ending = ProgramEnding(self._report)
        self._live = LiveLines(watched, sys.stderr) if live and sys.stderr is not None else None

    def begin(self) -> None:
        """Begin to watch.

        Raises
        ------
        click.ClickException
            If that isn't possible here.
        """
        for target in self._targets:
            for module in _NEEDED[target.kind]:
                import_module(module)
        info()  # its first call imports more
        import_module("copy")  # which dataclasses import late since 3.15
        programs.name_the_command_line(self._program)  # which the recording keeps
        try:
            self._watched.__enter__()
            if self._live is not None:
                self._live.start()
            self._ending.begin()
        except (RuntimeError, OSError) as error:
            self._watched.stop()
            raise click.ClickException(_reason_of(error)) from error

    def run(self) -> None:
        """Run the program, and raise what it raises."""
        atexit.register(self._ending.end)
        try:
            programs.run(self._program)
        except BaseException as error:
            if not programs.has_begun(error):
                atexit.unregister(self._ending.end)
                self._ending.abandon()
                self._stop_live()
                self._watched.stop()
            raise

    def _report(self, how: End) -> None:
        if how is End.SIGNAL and threading.get_ident() != threading.main_thread().ident:
            self._watched.name_thread(threading.get_native_id(), "gilext report")
        self._stop_live()
        self._watched.__exit__(None, None, None)
        if how is End.EXIT:
            self._flush_stdout()
        recording = self._watched.recording
        lines = [line_of_written(recording, target) for target in self._targets]
        report = json_of(recording) if self._as_json else text_of(recording, self._stderr)
        write_through(self._stderr, report + "".join(lines))

    def _stop_live(self) -> None:
        if self._live is not None:
            self._live.stop()

    def _flush_stdout(self) -> None:
        """Flush the program's output, so that it comes before the report if both go to one place."""
        with suppress(Exception):  # the interpreter will say so
            sys.stdout.flush()


def _reason_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"can't record into {os.fsdecode(error.filename)!r}: {error.strerror}"
    return str(error)
