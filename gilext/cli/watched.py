"""A program under watch: how it begins, and what is left when it has ended."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click

from gilext.cli import programs
from gilext.cli.output import json_of, text_of
from gilext.core.environment import info
from gilext.core.streams import write_through
from gilext.recording.live import LiveLines
from gilext.recording.results import Recording
from gilext.recording.watch import Watch
from gilext.render import files

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
    "json": (),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: its name as it was given, its absolute path, and the kind of the file."""

    name: str
    path: Path
    kind: str


class WatchedProgram:
    """A program that is run under a watch, with a report when the interpreter ends.

    The report is an exit handler. The interpreter calls it when it has joined the threads that
    aren't daemons, and after the handlers of the program, which are registered later. So
    executors end as they do without a watch, and what runs late is watched too.
    """

    def __init__(
        self,
        watched: Watch,
        module: str | None,
        arguments: Sequence[str],
        targets: Sequence[Target],
        *,
        live: bool,
        as_json: bool,
    ) -> None:
        self._watched = watched
        self._module = module
        self._arguments = arguments
        self._targets = targets
        self._as_json = as_json
        self._stderr = sys.stderr
        self._process = os.getpid()
        self._live = LiveLines(watched, sys.stderr) if live and sys.stderr is not None else None

    def begin(self) -> None:
        """Begin to watch.

        Raises
        ------
        click.ClickException
            If that is impossible here.
        """
        for target in self._targets:
            for module in _NEEDED[target.kind]:
                import_module(module)
        info()  # its first call imports more
        import_module("copy")  # which dataclasses import late since 3.15
        try:
            self._watched.__enter__()
            if self._live is not None:
                self._live.start()
        except RuntimeError as error:
            raise click.ClickException(str(error)) from error

    def run(self) -> None:
        """Run the program; what it raises is raised here."""
        atexit.register(self._end)
        try:
            programs.run(self._module, self._arguments)
        except BaseException as error:
            if not programs.has_begun(error):
                atexit.unregister(self._end)
                self._stop_live()
                self._watched.stop()
            raise

    def _end(self) -> None:
        if os.getpid() != self._process:  # a forked child has nothing to report
            return
        self._stop_live()
        self._watched.__exit__(None, None, None)
        self._flush_stdout()
        recording = self._watched.recording
        lines = [_written(recording, target) for target in self._targets]
        report = json_of(recording) if self._as_json else text_of(recording, self._stderr)
        write_through(self._stderr, report + "".join(lines))

    def _stop_live(self) -> None:
        if self._live is not None:
            self._live.stop()

    def _flush_stdout(self) -> None:
        """Let the program's output stand before the report if both go to one place."""
        with suppress(Exception):  # the interpreter will say so
            sys.stdout.flush()


def _written(recording: Recording, target: Target) -> str:
    """Write one file, and return the line that says so, or why not."""
    try:
        files.save(recording, target.path, target.kind)
    except Exception as error:  # be it what it may, the other files must be written
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"gilext: can't write {target.name!r}: {reason}\n"
    return f"Written: {target.name}\n"
