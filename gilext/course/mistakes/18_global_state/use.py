"""Import either module in two interpreters: python use.py mistake|repair."""

import importlib
import sys

name = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
interpreters = importlib.import_module(name)
CODE = f"""
import sys
sys.path.insert(0, {sys.path[0]!r})
import {sys.argv[1]} as module
print("interpreter 1 has the module of interpreter", module.home_interpreter())
"""

importlib.import_module(sys.argv[1])
number = interpreters.create()
failure = interpreters.run_string(number, CODE)
interpreters.destroy(number)
if failure is not None:
    sys.exit(failure.formatted)
