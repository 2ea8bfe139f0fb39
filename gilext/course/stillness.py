"""Tell a process that stands still, all of its threads waiting, from one that is only slow.

A busy machine makes a process slow: its threads are ready to run, and don't get a core. In a
deadlock each of them sleeps in the kernel. One that waits for the GIL wakes every few milliseconds
to request it, uses next to no CPU time, and goes to sleep again by itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import NamedTuple

_MAX_CPU_FRACTION = 0.02
_STATE, _UTIME, _STIME = 0, 11, 12  # in /proc/PID/stat, from the field after the name on


class _Task(NamedTuple):
    state: str
    cpu_ticks: int
    times_gone_to_sleep: int


class Stillness:
    """How long a process and its children have stood still.

    Parameters
    ----------
    pid : int
        The process.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ticks_per_second = os.sysconf("SC_CLK_TCK")
        self._since = monotonic()
        self._before: dict[str, _Task] | None = None

    def seconds(self) -> float:
        """Return for how long it has stood still, as far as the calls of this function saw.

        It is 0 if a thread works, is ready to, or waits for a disk; if threads came and went; and
        where the system doesn't tell.
        """
        tasks = _tasks_of(self._pid)
        if tasks is None or not self._stands_still(tasks):
            self._since = monotonic()
            self._before = tasks
        return monotonic() - self._since

    def _stands_still(self, tasks: dict[str, _Task]) -> bool:
        before = self._before
        if before is None or tasks.keys() != before.keys():
            return False
        used = sum(tasks[name].cpu_ticks - before[name].cpu_ticks for name in tasks)
        elapsed = (monotonic() - self._since) * self._ticks_per_second
        return used <= 1 + _MAX_CPU_FRACTION * elapsed and all(
            task.state == "S"
            or (task.state == "R" and task.times_gone_to_sleep > before[name].times_gone_to_sleep)
            for name, task in tasks.items()
        )


def _tasks_of(pid: int) -> dict[str, _Task] | None:
    """Return what a process's threads do, and those of its children; None if that isn't known."""
    try:
        return {path.name: _read(path) for path in _paths_of_tasks(pid)}
    except OSError:  # a thread has just ended, or there is no /proc
        return None


def _read(task: Path) -> _Task:
    fields = (task / "stat").read_text().rpartition(")")[2].split()
    found = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", (task / "status").read_text(), re.M)
    ticks = int(fields[_UTIME]) + int(fields[_STIME])
    return _Task(fields[_STATE], ticks, int(found[1]) if found else 0)


def _paths_of_tasks(pid: int) -> Iterator[Path]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield task
        for child in (task / "children").read_text().split():
            yield from _paths_of_tasks(int(child))
