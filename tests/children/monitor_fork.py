"""Fork while a monitor runs: the child's begins anew, the parent's goes on."""

import os
import warnings

from gilext import hold_for, info, monitor, release_for

warnings.simplefilter("ignore", DeprecationWarning)

with monitor(window=0.2) as running:
    release_for(0.1)
    for _ in range(10):
        child = os.fork()
        if child == 0:
            assert running.read().seconds_total < 0.1, "the child has the parent's time"
            hold_for(0.05)
            assert running.read().longest_hold_seconds > 0 or not info().gil_enabled
            running.stop()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
    assert running.read().seconds_total > 0.1
print("fine")
