"""Ask gilext whether failed calls leak: python find.py mistake|repair."""

import sys
from importlib import import_module

import gilext

publish = import_module(sys.argv[1]).publish
report = gilext.check_leaks(publish, "not a module", "name", object(), raises=TypeError)
print("leaks:", ", ".join(leak.of for leak in report.leaks) or "none")
