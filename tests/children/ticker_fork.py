"""Fork while a ticker calls: the child has its object, and not its thread."""

import os
import warnings

from gilext import hold_for
from gilext._native import Ticker

warnings.simplefilter("ignore", DeprecationWarning)

for _ in range(20):
    ticker = Ticker(lambda: None, 0.0001)
    ticker.start()
    hold_for(0.002)
    child = os.fork()
    if child == 0:
        ticker.stop()
        try:
            ticker.start()
        except RuntimeError:
            del ticker
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    ticker.stop()
