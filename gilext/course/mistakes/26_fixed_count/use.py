"""Let either test judge a function that keeps no reference: python use.py mistake|repair."""

import sys
from importlib import import_module

import_module(sys.argv[1]).check_no_reference(id)
print("it keeps no reference")
