"""Import modules, then print what a measurement depends on: its line, its notes, and a check's."""

import sys
import warnings
from importlib import import_module

from gilext import check
from gilext.core.environment import environment_line, gil_notes, info

with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)
    for module in sys.argv[1:]:
        import_module(module)
print(environment_line(info()), *gil_notes(info().gil_modules), sep="\n")
print("check:", *check(len, "", seconds=0.01).report().notes)
