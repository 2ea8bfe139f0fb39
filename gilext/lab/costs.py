"""What workers cost besides time: context switches and memory, as the system counts them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

if sys.platform != "win32":
    import resource


class Switches(NamedTuple):
    """Context switches: because a thread waited for something, and because its time was up."""

    voluntary: int
    involuntary: int

    def since(self, before: Switches) -> Switches:
        """Return what came on top of an earlier count."""
        return Switches(self.voluntary - before.voluntary, self.involuntary - before.involuntary)


def own_switches() -> Switches | None:
    """Return the context switches of all threads of this process, or None if nothing counts them.

    They are those of getrusage(2).
    """
    if sys.platform == "win32":
        return None
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Switches(usage.ru_nvcsw, usage.ru_nivcsw)


def switches_of(processes: Iterable[int]) -> Switches | None:
    """Return the context switches of the main threads of processes (proc_pid_status(5)).

    None if the system doesn't tell.
    """
    total = Switches(0, 0)
    for process in processes:
        voluntary = _figure(process, "status", "voluntary_ctxt_switches")
        involuntary = _figure(process, "status", "nonvoluntary_ctxt_switches")
        if voluntary is None or involuntary is None:
            return None
        total = Switches(total.voluntary + voluntary, total.involuntary + involuntary)
    return total


def ended_children_cpu_seconds() -> float | None:
    """Return the CPU time of all child processes that have ended and been waited for, as yet.

    None if the system doesn't count it.
    """
    if sys.platform == "win32":
        return None
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory_bytes(processes: Iterable[int]) -> int | None:
    """Return how much memory processes take, or None if the system doesn't tell.

    It is the proportional set size (PSS, proc_pid_smaps(5)): a page that N processes share counts
    as 1/N in each, so that the sum counts it once.
    """
    sizes = [_figure(process, "smaps_rollup", "Pss") for process in processes]
    known = [size for size in sizes if size is not None]
    return sum(known) * 1024 if len(known) == len(sizes) else None


def _figure(process: int, file: str, name: str) -> int | None:
    with suppress(OSError):
        text = Path(f"/proc/{process}/{file}").read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            key, _, value = line.partition(":")
            if key == name:
                return int(value.split()[0])
    return None
