"""Collect garbage while either module computes: python use.py mistake|repair."""

import gc
import sys
import time
from importlib import import_module
from threading import Thread

module = import_module(sys.argv[1])
has_run = False
for _ in range(5):
    computing = Thread(target=module.run, args=(100_000_000,))
    computing.start()
    while computing.is_alive() and not module.runs():
        time.sleep(0.001)
    gc.collect(0)
    has_run = module.runs()
    computing.join()
    if has_run:
        break
print("the collector", "ran during the call" if has_run else "waited until the call had ended")
