"""Run under a watch whose memory is a file, and end in the way that is asked for."""

import os
import signal
import sys
import threading
import time

import gilext


def hog() -> None:
    while True:
        gilext.hold_for(0.01)
        time.sleep(0.0005)


def run() -> None:
    threading.Thread(target=hog, name="the hog", daemon=True).start()
    until = time.monotonic() + 0.2
    while time.monotonic() < until:
        sum(range(1000))


ENDINGS = {
    "end": lambda: None,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leave": lambda: os._exit(3),
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
}

with gilext.watch(file=sys.argv[1]):
    run()
    ENDINGS[sys.argv[2]]()
