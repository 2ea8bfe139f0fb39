"""Ask gilext what the function does with the GIL: python find.py mistake|repair."""

import sys
from importlib import import_module

import gilext

print("verdict:", gilext.check(import_module(sys.argv[1]).sum_below, 10_000_000).verdict)
