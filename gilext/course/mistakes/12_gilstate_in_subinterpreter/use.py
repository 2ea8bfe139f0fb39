"""Ask either module in a sub-interpreter: python use.py mistake|repair."""

import importlib
import sys

name = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
interpreters = importlib.import_module(name)
CODE = f"""
import sys
sys.path.insert(0, {sys.path[0]!r})
import {sys.argv[1]} as module
own, seen = module.interpreters()
print(f"interpreter {{own}} started a thread, which ran in interpreter {{seen}}")
"""

number = interpreters.create()
interpreters.run_string(number, CODE)
interpreters.destroy(number)
