"""A process to be dumped: a thread in a call that never ends, two that may want the GIL, one idle.

With ``hold`` the call holds the GIL, and those want it; with ``release`` it doesn't, and nobody
wants it.
"""

import re
import sys
import threading
import time
from pathlib import Path

import gilext

never = threading.Lock()
never.acquire()
begun = threading.Semaphore(0)


def rest() -> None:
    begun.release()
    never.acquire()


def want() -> None:
    begun.release()
    while True:
        time.sleep(0.001)


def switches(task: int) -> list[str]:
    status = Path(f"/proc/self/task/{task}/status").read_text(encoding="utf-8")
    return re.findall(r"^(?:State|(?:non)?voluntary_ctxt_switches):.*$", status, re.MULTILINE)


def sleeps(task: int) -> bool:
    """Return whether a thread is blocked: one that waits for the GIL wakes each switch interval."""
    before = switches(task)
    gilext.release_for(0.03)
    return "sleeping" in before[0] and before == switches(task)


def call() -> None:
    for _ in range(3):
        begun.acquire()
    while not all(sleeps(thread.native_id or 0) for thread in resting):
        pass
    print("ready", flush=True)
    if sys.argv[1] == "hold":
        gilext.hold_for(1000)  # held here
    gilext.release_for(1000)  # released here


def start(name: str, target: object) -> threading.Thread:
    thread = threading.Thread(target=target, name=name, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


work = want if sys.argv[1] == "hold" else rest
workers = [start("first", work), start("second", work)]
resting = [start("idle", rest), threading.main_thread()]
if work is rest:
    resting += workers
start("caller", call)
never.acquire()
