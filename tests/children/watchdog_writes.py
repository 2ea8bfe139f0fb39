"""Hold the GIL while a watchdog looks on, as the argument says, and what it wrote is on stderr."""

import ctypes
import gc
import sys
import threading
import time

from gilext import hold_for, monitor

HOW, FORM = sys.argv[1:]
over = threading.Event()


def want_it():
    while not over.is_set():
        pass


def hold_until_told():
    """Read a byte from standard input, which the parent sends, without releasing the GIL."""
    ctypes.PyDLL(None).read(0, ctypes.create_string_buffer(1), 1)


def with_another_thread(call):
    other = threading.Thread(target=want_it, name="victim")
    other.start()
    call()
    over.set()
    other.join()


def spin():
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        pass


# Nobody keeps the monitor.
monitor(watchdog=1.0 if HOW == "handed_over" else 0.1, watchdog_format=FORM)
gc.collect()
if HOW == "waited":
    with_another_thread(hold_until_told)
elif HOW == "unwanted":
    hold_for(0.5)
else:
    with_another_thread(spin)
