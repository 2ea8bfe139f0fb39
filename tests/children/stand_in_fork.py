"""A child that is forked beside a stand-in ends, and has none to wait for."""

import os
import warnings

from gilext import hold_for
from gilext._native import StandIn

warnings.simplefilter("ignore", DeprecationWarning)

for _ in range(20):
    stand_in = StandIn(0.001)
    stand_in.start()
    hold_for(0.01)
    child = os.fork()
    if child == 0:
        stand_in.stop()
        del stand_in
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    stand_in.stop()
