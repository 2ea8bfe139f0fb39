"""The process that reads binaries which others made: `gilext.auditing.static.reader` starts it.

A request is a line in JSON: a path, and the seconds that its reading may take, of a processor's
time and in all. So is an answer: an object with the fields of a `Binary`, or with an `error`, or
with a `limit` if there wasn't enough memory. The first line says that it is ready.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gilext.auditing.static.binaries import UnreadableBinary, read_binary

READY = b'"ready"\n'


def main(marks: Collection[str], memory_bytes: int) -> None:
    """Answer requests until stdin ends.

    A timer ends this process if a file takes too much of a processor's time. If it takes too long
    otherwise, the parent does; or, if the parent is no more, an alarm, a second later.

    Parameters
    ----------
    marks : collection of str
        What to look for in each file.
    memory_bytes : int
        What it may take of memory beyond what it has at its start.
    """
    import lief

    lief.logging.disable()
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    _limit(memory_bytes)
    _write(answers, READY)
    for line in sys.stdin.buffer:
        path, cpu_seconds, seconds = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        signal.alarm(math.ceil(seconds) + 1)
        _write(answers, json.dumps(_answer(path, marks)).encode("ascii") + b"\n")
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


def _answer(path: str, marks: Collection[str]) -> dict[str, Any]:
    try:
        found = asdict(read_binary(Path(path), marks))
    except UnreadableBinary as error:
        return {"error": str(error)}
    except MemoryError:
        return {"limit": "memory"}
    except Exception as error:
        return {"error": f"can't be read: {type(error).__name__}: {error}"}
    return {**found, "marks": sorted(found["marks"])}


def _limit(memory_bytes: int) -> None:
    """Write no file, leave no core, take no more memory than this; let timers end the process."""
    for name, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, _memory_now() + memory_bytes),
    ):
        hard = resource.getrlimit(name)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(name, (most, most))
        except (OSError, ValueError):  # macOS takes no limit of the address space
            if name != resource.RLIMIT_AS:
                raise
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})


def _memory_now() -> int:
    """Return the size of the address space in bytes; 0 if the system doesn't tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * resource.getpagesize()


def _write(number: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(number, rest) :]
