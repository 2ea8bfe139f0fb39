"""A process to attach to, which does what it is told on standard input, and answers.

A thread holds the GIL now and then, another wants it. The main thread comes to run Python code
often, but while it is told to be blocked.
"""

import contextlib
import json
import os
import queue
import sys
import threading
import time
from pathlib import Path

import gilext

commands: queue.Queue[str] = queue.Queue()
blocked = threading.Semaphore(0)


def read() -> None:
    for line in sys.stdin:
        if line == "unblock\n":
            blocked.release()
        else:
            commands.put(line.strip())


def hold() -> None:
    while True:
        gilext.hold_for(0.03)  # held here
        time.sleep(0.001)


def want() -> None:
    while True:
        sum(range(1000))


def state() -> dict[str, object]:
    """Return all that could be left behind."""
    tasks = list(Path("/proc/self/task").iterdir())
    gc, atexit = sys.modules.get("gc"), sys.modules.get("atexit")
    return {
        "modules": sorted(sys.modules),
        "sys": sorted(vars(sys)),
        "callbacks": len(gc.callbacks) if gc else 0,
        "handlers": atexit._ncallbacks() if atexit else 0,
        "start": threading.Thread.start.__qualname__,
        "threads": len(tasks),
        "names": sorted(thread.name for thread in threading.enumerate()),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "folder": sorted(os.listdir(os.environ["TMPDIR"])),
    }


def answer(command: str) -> object:
    if command == "block":
        blocked.acquire()
    elif command == "fork":
        return fork()
    elif command == "end":
        sys.exit()
    return state()


def fork() -> int:
    if process := os.fork():
        return process
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(0.001)
    os._exit(0)


gilext.hold_for(0.0)  # the first time, gilext imports what that takes
for name in ("atexit", "gc"):  # to see that they don't stay
    sys.modules.pop(name, None)
for target in (read, hold, want):
    threading.Thread(target=target, name=f"{target.__name__}er", daemon=True).start()
print("ready", flush=True)
while True:
    try:
        command = commands.get_nowait()
    except queue.Empty:
        time.sleep(0.001)
    else:
        print(json.dumps(answer(command)), flush=True)
