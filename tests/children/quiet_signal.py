"""Make a call during which a signal is pending whose handler raises nothing."""

import operator
import signal
import sys
from _thread import interrupt_main
from functools import partial

import gilext
from gilext._native import time_os_threads

signals: list[int] = []
CALLS = {
    "spin_interruptible": (
        partial(gilext.spin_interruptible, 10**6),
        gilext.spin_held(10**6),
    ),
    "wait_released": (partial(gilext.Meeting(2).wait_released, 0.1), False),
    "time_os_threads": (lambda: time_os_threads("spin", 1, 10**6)[2][0], gilext.spin_held(10**6)),
}

call, expected = CALLS[sys.argv[1]]
signal.signal(signal.SIGINT, lambda signum, frame: signals.append(signum))
raise_signal = partial(interrupt_main, signal.SIGINT)
_, result, signals_at_the_end = map(operator.call, (raise_signal, call, signals.copy))
assert result == expected
assert signals_at_the_end == [signal.SIGINT]
print("handled, then ended")
