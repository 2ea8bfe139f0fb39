"""Daemon threads check a function when the interpreter ends, which takes their stacks away.

Stacks of 64 MiB are too large for the C library to keep: they are unmapped at once.
"""

import sys
import threading
import time

import gilext


class Slow:
    """Ends with the module, and gives what still runs the time to write where nothing is left."""

    def __del__(self, sleep: object = time.sleep) -> None:
        sleep(0.3)  # type: ignore[operator]


def check_for_ever(function: str) -> None:
    while True:
        gilext.check(FUNCTIONS[function], 0.001, seconds=0.2)


FUNCTIONS = {"sleep": time.sleep, "hold": gilext.hold_for, "release": gilext.release_for}
slow = Slow()
has_begun = threading.Barrier(7)
threading.stack_size(64 << 20)
for name in [*FUNCTIONS, *FUNCTIONS]:
    threading.Thread(
        target=lambda name=name: (has_begun.wait(), check_for_ever(name)), daemon=True
    ).start()
has_begun.wait()
time.sleep(float(sys.argv[1]))
