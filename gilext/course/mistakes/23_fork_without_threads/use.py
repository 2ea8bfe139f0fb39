"""Use either module in a process and in its fork: python use.py mistake|repair."""

import os
import sys
from importlib import import_module

module = import_module(sys.argv[1])

print("in the parent, the square of 3 is", module.square(3))
print("started")
child = os.fork()
if child == 0:
    print("in the child, the square of 4 is", module.square(4))
    os._exit(0)
os.waitpid(child, 0)
