"""Sum up with either module: python use.py mistake|repair."""

import sys
from importlib import import_module

print("the sum is", import_module(sys.argv[1]).sum_below(1_000_000))
