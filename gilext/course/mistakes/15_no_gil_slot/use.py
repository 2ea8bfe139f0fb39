"""See whether the GIL is on once either module is imported: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])
is_on = getattr(sys, "_is_gil_enabled", lambda: True)()

print("1 + 2 =", module.add(1, 2))
print("the GIL is", "on" if is_on else "off")
