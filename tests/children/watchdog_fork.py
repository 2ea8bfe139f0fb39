"""Fork while a watchdog looks on: the child has one of its own, from the beginning."""

import os
import threading
import time
import warnings

from gilext import hold_for, monitor

warnings.simplefilter("ignore", DeprecationWarning)
reading, writing = os.pipe()
seen = []


def want_it():
    while True:
        time.sleep(0)


def stall():
    seen.clear()
    threading.Thread(target=want_it, daemon=True).start()
    while not seen:
        hold_for(0.1)
        time.sleep(0.01)


def read_until(text, part):
    while part not in text:
        text += os.read(reading, 1 << 16).decode()
    return text


with monitor(watchdog=0.05, on_stall=seen.append, watchdog_file=writing):
    child = os.fork()
    if child == 0:
        stall()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert child not in {stall.holder.native_id for stall in seen}
    text = read_until("", f"process {child})")
    stall()
    read_until(text, f"process {os.getpid()})")
print("fine")
