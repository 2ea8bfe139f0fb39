"""The interpreter shuts down while watches run, one of them in a daemon thread."""

import threading

from gilext import release_for, watch


def watch_for_ever() -> None:
    with watch():
        release_for(1000)


threading.Thread(target=watch_for_ever, daemon=True).start()
watch().__enter__()
release_for(0.02)
print("fine")
