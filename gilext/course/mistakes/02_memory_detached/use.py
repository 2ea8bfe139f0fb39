"""Let either module count bytes: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])

print(module.count_distinct(b"abcabc"), "distinct bytes")
