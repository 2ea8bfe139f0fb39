"""Ask gilext whether the function leaks: python find.py mistake|repair."""

import sys
from importlib import import_module

import gilext

report = gilext.check_leaks(import_module(sys.argv[1]).parity, bytearray(b"abc"))
print("leaks:", ", ".join(leak.of for leak in report.leaks) or "none")
