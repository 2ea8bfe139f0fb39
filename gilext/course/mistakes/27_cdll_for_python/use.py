"""Make many lists by either way: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])
lists = [module.new_list() for _ in range(1000)]
print("made", len(lists), "lists")
