"""Let gilext's watchdog look on: python find.py mistake|repair."""

import runpy

import gilext

gilext.monitor(watchdog=0.3)
runpy.run_path("use.py")
