"""Have either module call back from its own thread: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])

module.tell_from_a_thread(lambda: print("the callback was called"))
