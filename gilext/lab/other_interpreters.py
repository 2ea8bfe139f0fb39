"""Who has no GIL? Pure Python in two threads, in every interpreter that is at hand.

Published lists name Jython, IronPython and PyPy. PyPy has a GIL, as its documentation says;
free-threaded CPython, since 3.13, has none. What counts is what is measured.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from gilext.core.environment import info
from gilext.lab.lesson import Lesson

NAMES = ("python3.13t", "python3.14t", "python3.15t", "pypy3", "graalpy")

# It runs where gilext isn't installed.
_PROGRAM = """
import json, platform, sys, time
from threading import Barrier, Thread

def work(steps):
    x = 0
    for step in range(steps):
        x = (x * 31 + step) % 1000003

def seconds(workers, steps):
    barrier = Barrier(workers + 1)
    def run():
        barrier.wait()
        work(steps)
        barrier.wait()
    for _ in range(workers):
        Thread(target=run, daemon=True).start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    return time.perf_counter() - start

seconds(2, 100000)
steps = 100000
while seconds(1, steps) < 0.15:
    steps *= 2
one = min(seconds(1, steps) for _ in range(3))
two = min(seconds(2, steps) for _ in range(3))
ask = getattr(sys, "_is_gil_enabled", None)
name = platform.python_implementation() + " " + platform.python_version()
print(json.dumps({"name": name, "says": None if ask is None else ask(), "speedup": 2 * one / two}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One interpreter.

    Attributes
    ----------
    interpreter : str
        Its name and version.
    says : str
        What ``sys._is_gil_enabled()`` says of its GIL, where it has that.
    speedup : float
        Work of two threads in that of one, in pure Python.
    """

    interpreter: str
    says: str
    speedup: float


def ask_interpreters(others: Sequence[str] = ()) -> Lesson:
    """Run pure Python in two threads, in this interpreter and in others that are found.

    Parameters
    ----------
    others : sequence of str
        Paths of interpreters, besides those that are found by their usual names.

    Returns
    -------
    Lesson
        With an `Interpreter` for each.

    Raises
    ------
    FileNotFoundError, subprocess.CalledProcessError
        When one of `others` isn't there, or fails.
    """
    found = filter(None, map(shutil.which, NAMES))
    paths = [sys.executable, *others, *found]
    for path in paths:
        if shutil.which(path) is None:
            raise FileNotFoundError(f"there is no interpreter {path}")
    rows = tuple(_ask(path) for path in dict.fromkeys(paths))
    free = [row.interpreter for row in rows if row.says == "no GIL"]
    here = rows[0]
    without = " and ".join(free) or "no interpreter at hand"
    return Lesson(
        title="pure Python in two threads",
        rows=rows,
        sentence=(
            f"Here two threads of Python do {here.speedup:.2f} times the work of one; {without} "
            "ran without a GIL."
        ),
        shown=(here.speedup > 1.3) == (here.says == "no GIL"),
        environment=info(),
    )


def _ask(path: str) -> Interpreter:
    done = subprocess.run(
        [path, "-c", _PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    answer = json.loads(done.stdout)
    says = {None: "-", True: "a GIL", False: "no GIL"}[answer["says"]]
    return Interpreter(answer["name"], says, answer["speedup"])
