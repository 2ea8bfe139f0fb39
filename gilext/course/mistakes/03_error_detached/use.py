"""Give either module good data and bad: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])

print("the sum of good data:", module.sum_of(b"abc"))
try:
    module.sum_of(b"abc\xff")
except ValueError as error:
    print(f"ValueError: {error}")
