"""Let either test judge a function that holds the GIL: python use.py mistake|repair."""

import sys
from importlib import import_module

import gilext

module = import_module(sys.argv[1])
try:
    module.check_release(gilext.hold_for)
except AssertionError:
    print("the test fails on a function that holds the GIL")
else:
    print("the test passes on a function that holds the GIL")
