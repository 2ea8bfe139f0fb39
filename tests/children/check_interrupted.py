"""Ctrl-C ends a check, though the checked function is C code that would go on for a minute."""

import _thread
import signal
import sys
import threading
import time

import gilext

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
threading.Timer(0.2, _thread.interrupt_main).start()
start = time.monotonic()
try:
    gilext.check(sum, range(20_000), seconds=60)
except KeyboardInterrupt:
    sys.exit(time.monotonic() - start > 20)  # its first part alone takes 30
sys.exit("it went on")
