"""Ask either module for a number: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])

print("the first square above 1,000,000 is", module.first_square_above(1_000_000))
