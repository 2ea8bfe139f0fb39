"""Fork while a monitor runs: the child's begins anew, the parent's goes on."""

import os
import time
import warnings

from gilext import hold_for, info, monitor, release_for

warnings.simplefilter("ignore", DeprecationWarning)

with monitor(window=0.2) as running:
    release_for(0.1)
    parents = running.read().seconds_total
    for _ in range(10):
        before = time.monotonic()
        child = os.fork()
        if child == 0:
            watched = running.read().seconds_total
            assert watched <= time.monotonic() - before, "the child has the parent's time"
            while running.read().longest_hold_seconds == 0 and info().gil_enabled:
                hold_for(0.05)
            running.stop()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
    assert running.read().seconds_total > parents
print("fine")
