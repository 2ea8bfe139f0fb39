"""Have either module fail, and count references: python use.py mistake|repair."""

import sys
from contextlib import suppress
from importlib import import_module

module = import_module(sys.argv[1])
value = object()

before = sys.getrefcount(value)
for _ in range(100):
    with suppress(TypeError):
        module.publish("not a module", "name", value)
print("100 failed calls leave", sys.getrefcount(value) - before, "references")
