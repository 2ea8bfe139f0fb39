"""Exercises made up for a test, in Python, so that nothing is compiled; and a terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pytest

from gilext.course.learning.exercise import Exercise

PASSING_CHECK = """
from gilext.course.grading import must_return

def check(module):
    must_return(42, module.answer, why="That is the answer.")
"""


@pytest.fixture
def make_exercise(tmp_path_factory):
    """Return what makes an exercise with a check, whose function `answer` returns 42 if solved."""
    root = tmp_path_factory.mktemp("exercises")

    def make(name="01_answer", check=PASSING_CHECK, **changes):
        folder = root / name
        for kind, content in (
            ("start", "answer = lambda: 41"),
            ("solution", "answer = lambda: 42"),
        ):
            (folder / kind).mkdir(parents=True)
            (folder / kind / "exercise.py").write_text(content + "\n", encoding="utf-8")
        (folder / "check.py").write_text(check, encoding="utf-8")
        about = {
            "title": f"Title of {name}", "group": "Group", "fast_track": True, "task": "Answer.",
            "teaches": "What the answer is.", "read": ("The answer",), "hints": ("one", "two"),
            "after": "It is 42.", "crashed": "A crash means this.", "hung": "A hang means that.",
        }  # fmt: skip
        return Exercise(folder=folder, **(about | changes))

    return make


@pytest.fixture
def course(make_exercise, monkeypatch):
    """Return three made-up exercises, which are the whole course for this test."""
    exercises = (
        make_exercise("01_first"),
        make_exercise("02_second", fast_track=False),
        make_exercise("03_third"),
    )
    for module in ("exercise", "folder", "progress"):
        monkeypatch.setattr(f"gilext.course.learning.{module}.all_exercises", lambda: exercises)
    monkeypatch.setattr("gilext.cli.learn.all_exercises", lambda: exercises)
    return exercises


_CLEAR = "\x1b[H\x1b[2J"
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_BEGIN = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


class Terminal:
    """A program in a terminal of 80 columns and 24 rows, which a test types at and reads."""

    def __init__(self, command, folder):
        self._descriptor, other_end = pty.openpty()
        self.resize(80, 24)
        environment = os.environ | {"TERM": "xterm", "NO_COLOR": "1"}
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BEGIN, *command],
            cwd=folder, env=environment, start_new_session=True,
            stdin=other_end, stdout=other_end, stderr=other_end,
        )  # fmt: skip
        os.close(other_end)
        self._said = ""

    def resize(self, columns, rows):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)

    def type(self, keys):
        os.write(self._descriptor, keys.encode())

    def screen(self):
        """Return what is on the screen: all that was written since it was last cleared."""
        return _STYLE.sub("", self._said.rpartition(_CLEAR)[2]).replace("\r\n", "\n")

    def wait_for(self, *texts, seconds=60):
        """Read until some texts are on the screen; return the screen. It is read in pieces."""
        deadline = time.monotonic() + seconds
        while missing := [one for one in texts if one not in self.screen()]:
            if not self._read() or time.monotonic() > deadline:
                missing = [one for one in texts if one not in self.screen()]
                assert not missing, f"no {missing} here:\n{self.screen()}"
        return self.screen()

    def end(self, seconds=30):
        """Read until the program ends; return its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it goes on:\n{self.screen()}"
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def works_by_lines(self):
        """Return whether it is as a shell has it: keys come by lines, and are seen."""
        flags = termios.tcgetattr(self._descriptor)[3]
        return bool(flags & termios.ICANON and flags & termios.ECHO)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._descriptor)

    def _read(self):
        """Read what there is now; return False if there will be no more."""
        if not select.select([self._descriptor], [], [], 0.05)[0]:
            return self.process.poll() is None
        try:
            self._said += os.read(self._descriptor, 65536).decode("utf-8", "replace")
        except OSError:  # the other end is closed
            return False
        return True


@pytest.fixture
def terminal():
    """Return what runs a program in a terminal."""
    running = []

    def run(command, folder):
        running.append(Terminal(command, folder))
        return running[-1]

    yield run
    for one in running:
        one.close()
