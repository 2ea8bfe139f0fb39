"""How a watched program may end before its interpreter does, with its report written first."""

from __future__ import annotations

import operator
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from types import ModuleType
from typing import Any

from gilext._native import Around, Ending
from gilext.cli.held_off import signals_held_off
from gilext.recording.exits import can_replace, put_around

_PATIENCE_SECONDS = 5.0
_MAX_STATUS = 2**31


class End(Enum):
    """How a program ends."""

    EXIT = auto()  # as the interpreter does
    LEAVE = auto()  # os._exit, or another program in its place
    SIGNAL = auto()


class ProgramEnding:
    """Writes the report once, however the program ends, as far as that is possible.

    The program's own exit calls `end`. Between `begin` and that, a signal that ends the process
    by default does so after the report; so do `os._exit` and the functions that put another
    program in the process's place. A child that is forked has none of this.

    Parameters
    ----------
    report : callable
        Writes the report.
    """

    def __init__(self, report: Callable[[End], None]) -> None:
        self._report = report
        self._ending = Ending(partial(self._write, End.SIGNAL), _PATIENCE_SECONDS)
        self._replaced: list[tuple[ModuleType, str, Any, Around]] = []

    def begin(self) -> None:
        """Be ready for a sudden end."""
        self._ending.begin()
        self._replaced += put_around(sys.modules["_signal"], "signal", after=self._ending.renew)
        self._replaced += put_around(os, "_exit", before=self._end_before_exit)
        for name in ("execv", "execve"):
            self._replaced += put_around(os, name, before=self._end_before_exec)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.abandon)

    def end(self) -> None:
        """Write the report, if it isn't written yet."""
        self._end(End.EXIT)

    def abandon(self) -> None:
        """Restore everything, without a report."""
        for module, name, function, wrapped in self._replaced:
            if getattr(module, name, None) is wrapped:
                setattr(module, name, function)
        self._replaced.clear()
        self._ending.finish()

    def _end(self, how: End) -> None:
        if self._ending.claim():
            self._write(how)
        self.abandon()

    def _write(self, how: End) -> None:
        with signals_held_off():
            self._report(how)

    def _end_before_exit(self, status: int) -> None:
        with suppress(TypeError):  # which it will raise itself
            if -_MAX_STATUS <= operator.index(status) < _MAX_STATUS:
                self._end(End.LEAVE)

    def _end_before_exec(self, path: Any, argv: Any, env: object = None) -> None:
        if can_replace(path, argv):
            self._end(End.LEAVE)
