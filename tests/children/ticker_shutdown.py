"""End the interpreter beside tickers that nobody stops."""

import atexit

from gilext import hold_for
from gilext._native import Ticker

kept = [Ticker(lambda: None, 0.0001) for _ in range(4)]
for ticker in kept:
    ticker.start()
hold_for(0.02)
atexit.register(hold_for, 0.02)
