"""Two threads that feed one Hasher."""

from threading import Thread

import fnv

hasher = fnv.Hasher()
piece = bytes(5_000_000)


def feed():
    """Add a piece, ten times."""
    for _ in range(10):
        hasher.update(piece)


threads = [Thread(target=feed, daemon=True) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("hashed 20 pieces:", hasher.value() == fnv.hash(piece * 20))
