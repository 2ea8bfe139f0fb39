"""Hold the GIL for long, and again and again, while the other thread sleeps: nobody waits."""

import threading
import time

from gilext import hold_for, release_for, watch

is_over = threading.Event()
threading.Thread(target=is_over.wait, name="sleeper").start()
time.sleep(0.05)  # until it sleeps
for interval in None, 0.0033, 0.01:
    with watch(interval) as long:
        end = time.perf_counter() + 0.2
        while time.perf_counter() < end:
            pass
    assert long.stalls == (), long.stalls
    assert long.wait_seconds == 0, long.wait_seconds
    assert long.pressure == 0

    with watch(interval) as often:
        for _ in range(100):
            hold_for(0.002)
            release_for(0.001)
    assert often.stalls == (), often.stalls
    assert not any(hold.requested for hold in often.holds)
is_over.set()
print("fine")
