"""Interrupt a party of a meeting, then see whether it still counts."""

import operator
import signal
from _thread import interrupt_main
from functools import partial

from gilext import Meeting

# A shell starts its background jobs with Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
meeting = Meeting(2)
try:
    list(map(operator.call, (interrupt_main, partial(meeting.wait_released, 1e9))))
except KeyboardInterrupt:
    print("counts" if meeting.wait_released(0) else "does not count")
