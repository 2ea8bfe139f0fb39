"""End while a watchdog looks on, and while its callback runs: it isn't called again."""

import atexit
import threading
import time

from gilext import hold_for, monitor

called = threading.Event()


def want_it():
    while True:
        time.sleep(0)


def stay(_):
    print("again" if called.is_set() else "called", flush=True)
    called.set()
    while threading.main_thread().is_alive():
        time.sleep(0.01)
    time.sleep(0.1)


watching = monitor(watchdog=0.05, on_stall=stay, watchdog_file=None)
atexit.register(hold_for, 0.2)
threading.Thread(target=want_it, daemon=True).start()
while not called.is_set():
    hold_for(0.2)
    time.sleep(0.01)
