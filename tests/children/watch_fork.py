"""Fork inside of a watch: the child has no sampling thread, and must neither hang nor crash."""

import os
import warnings

from gilext import release_for, watch

warnings.simplefilter("ignore", DeprecationWarning)

for _ in range(20):
    with watch() as watched:
        release_for(0.002)
        child = os.fork()
        if child == 0:
            with watch() as own:
                release_for(0.01)
            print(own.recording.samples > 0, flush=True)
    if child == 0:
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0, status
    assert watched.recording.samples > 0
print("fine")
