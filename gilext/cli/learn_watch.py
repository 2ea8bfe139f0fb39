"""``gilext learn`` on a terminal: it grades what is saved, and answers keys."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from shutil import get_terminal_size

from gilext.cli.keyboard import Keyboard, keyboard
from gilext.cli.output import text_of_lines
from gilext.core.layout import Line
from gilext.core.streams import write_through
from gilext.course.learning.grade import grade
from gilext.course.learning.saves import LOOK_SECONDS
from gilext.course.learning.session import Session

_CLEAR = "\x1b[H\x1b[2J"
_FAREWELL = "\n\nYour progress is kept: `gilext learn` goes on from here.\n"


def is_on_terminal() -> bool:
    """Return whether this process reads from a terminal and writes to one."""
    streams = (sys.stdin, sys.stdout)
    return all(stream is not None and stream.isatty() for stream in streams)


def watch(session: Session) -> int:
    """Go on until the learner quits; return the exit code."""
    code = 0
    screen = _Screen()
    with keyboard() as keys:
        try:
            while not session.is_over:
                _go_on(session, keys, screen)
        except KeyboardInterrupt:
            code = 130
    write_through(sys.stdout, _FAREWELL)
    return code


def _go_on(session: Session, keys: Keyboard, screen: _Screen) -> None:
    if keys.was_resumed():
        screen.forget()
    screen.show(session)
    if session.wants_grade:
        exercise = session.begin_grade()
        session.take_grade(grade(exercise, session.folder / exercise.name))
        # What was pressed until now was meant for another screen.
        session.is_over = bool({"q", "eof"} & set(keys.keys(0)))
        return
    for key in keys.keys(LOOK_SECONDS):
        session.press(key)
    session.notice_saves()


class _Screen:
    """The screen, which is written anew if what it shows has changed, or its size."""

    def __init__(self) -> None:
        self._shown: tuple[os.terminal_size, Sequence[Line]] | None = None

    def show(self, session: Session) -> None:
        size = get_terminal_size()
        lines = session.screen(size.columns - 1, size.lines)
        if self._shown == (size, lines):
            return
        self._shown = size, lines
        clear = "\n" if os.environ.get("TERM", "dumb") == "dumb" else _CLEAR
        write_through(sys.stdout, clear + text_of_lines(lines, sys.stdout).removesuffix("\n"))

    def forget(self) -> None:
        """Write it anew, whatever is on it."""
        self._shown = None
