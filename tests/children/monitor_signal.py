"""Read a monitor in a signal handler that interrupts a read of the same monitor."""

import signal
import time

from gilext import monitor

with monitor(window=1.0) as watched:
    seen = 0

    def read(*_):
        global seen
        assert watched.read().seconds_total >= 0
        seen += 1

    signal.signal(signal.SIGVTALRM, read)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1e-3, 1e-3)
    end = time.monotonic() + 0.5
    while time.monotonic() < end or seen < 50:
        watched.read()
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
print("fine")
