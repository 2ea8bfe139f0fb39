"""A worker outside this interpreter: in a process or a sub-interpreter of its own.

It runs the held variant, since nothing shares its GIL. As a process (``python -m
gilext.comparison.worker LOOP``) it reads ``prepare SIZE`` and ``run``, a line each, and answers
each with a line of JSON.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable
from functools import partial

from gilext.comparison.timing import CallTiming, time_call
from gilext.loops.catalogue import loop

_prepared: partial[CallTiming]


def prepare(loop_name: str, size: int) -> None:
    """Get the call of this loop, of this size, ready."""
    global _prepared
    chosen = loop(loop_name)
    _prepared = partial(time_call, chosen.held, chosen.argument(size))


def run() -> tuple[int, int, int, int]:
    """Make the prepared call; return its `CallTiming` as a plain tuple."""
    timing = _prepared()
    return (timing.start_ns, timing.end_ns, timing.cpu_ns, timing.result)


def serve(loop_name: str, requests: Iterable[str]) -> None:
    """Answer requests until there are no more."""
    for request in requests:
        match request.split():
            case ["prepare", size]:
                prepare(loop_name, int(size))
                print(json.dumps("ready"), flush=True)
            case ["run"]:
                print(json.dumps(run()), flush=True)


if __name__ == "__main__":
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.argv[1], sys.stdin)
