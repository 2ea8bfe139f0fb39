"""Press Ctrl-C while either module computes: python use.py mistake|repair."""

import os
import signal
import sys
from importlib import import_module
from threading import Timer

module = import_module(sys.argv[1])
rounds = 300

signal.signal(signal.SIGINT, signal.default_int_handler)
pressing = Timer(0.03, os.kill, (os.getpid(), signal.SIGINT))
pressing.start()
try:
    module.search(rounds)
    pressing.join()
except KeyboardInterrupt:
    print(f"KeyboardInterrupt after {module.progress()} of {rounds} rounds")
