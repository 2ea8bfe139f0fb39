"""The interpreter ends while a stand-in runs, and another waits for the GIL."""

import atexit

from gilext import hold_for
from gilext._native import StandIn

kept = [StandIn(0.001) for _ in range(4)]
for stand_in in kept:
    stand_in.start()
hold_for(0.02)
atexit.register(hold_for, 0.02)
