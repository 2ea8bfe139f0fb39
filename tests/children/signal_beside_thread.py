"""Let a signal be pending while a thread, which is not the main one, runs interruptible calls."""

import operator
import signal
from _thread import interrupt_main
from functools import partial
from threading import Lock, Thread

import gilext

# A shell starts its background jobs with Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

ITERATIONS = 10**6
gate = Lock()
gate.acquire()
results: list[object] = []
calls = (
    gate.acquire,
    interrupt_main,
    partial(gilext.spin_interruptible, ITERATIONS),
    partial(gilext.Meeting(2).wait_released, 0.001),
)
thread = Thread(target=lambda: results.extend(map(operator.call, calls)))
thread.start()
try:
    gate.release()
    while True:
        thread.join()
except KeyboardInterrupt:
    said = "main interrupted"
thread.join()
assert results == [True, None, gilext.spin_held(ITERATIONS), False], results
print(f"thread ended, {said}")
