"""How long fnv.hash takes, alone and while another thread runs Python code."""

from threading import Thread
from timeit import repeat

import fnv

SIZES = (16, 256, 1024, 2048, 2049, 16384, 131072)


def nanoseconds(size, calls, rounds):
    """Return what a call takes in the fastest round."""
    data = bytes(size)
    return min(repeat(lambda: fnv.hash(data), number=calls, repeat=rounds)) / calls * 1e9


def count(running):
    """Keep the GIL busy, as any thread does that runs Python code."""
    while running:
        pass


alone = {size: nanoseconds(size, calls=20, rounds=200) for size in SIZES}
running = [True]
thread = Thread(target=count, args=(running,))
thread.start()
busy = {size: nanoseconds(size, calls=50, rounds=1) for size in SIZES}
running.clear()
thread.join()

print("   bytes   alone, ns    busy, ns")
for size in SIZES:
    print(f"{size:8,} {alone[size]:11,.0f} {busy[size]:11,.0f}")
