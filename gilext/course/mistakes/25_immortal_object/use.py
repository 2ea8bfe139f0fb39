"""Let either test judge a function that leaks: python use.py mistake|repair."""

import ctypes
import sys
from importlib import import_module

leak = ctypes.pythonapi.Py_IncRef
leak.argtypes = [ctypes.py_object]
leak.restype = None

is_seen = import_module(sys.argv[1]).sees_a_leak(leak)
print("the test sees the leak" if is_seen else "the test sees no leak")
