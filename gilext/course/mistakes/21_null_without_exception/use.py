"""Search for what isn't there with either module: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])

print("the place of b is", module.find_byte(b"abc", ord("b")))
try:
    module.find_byte(b"abc", ord("x"))
except ValueError as error:
    print(f"ValueError: {error}")
