"""The interpreter shuts down while watches run: in a daemon thread, and begun while it ends."""

import atexit
import threading

from gilext import release_for, watch


def watch_for_ever() -> None:
    with watch():
        release_for(1000)


# Callbacks run in the opposite order: this one after those that stop the others.
atexit._clear()
atexit.register(lambda: watch().__enter__())
threading.Thread(target=watch_for_ever, daemon=True).start()
watch().__enter__()
release_for(0.02)
print("fine")
