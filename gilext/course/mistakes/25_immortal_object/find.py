"""Ask gilext about the object of either test: python find.py mistake|repair."""

import sys
from importlib import import_module

import gilext

print("immortal:", gilext.is_immortal(import_module(sys.argv[1]).VALUE))
