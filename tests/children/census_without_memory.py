"""Add more objects than there is memory for: a MemoryError, and what was added stays."""

import resource
from pathlib import Path

from gilext._native import Census

SPARE_BYTES = 4 << 20

objects: list[object] = [[] for _ in range(200_000)]
census = Census()
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + SPARE_BYTES, resource.RLIM_INFINITY))
try:
    census.add(objects)
except MemoryError:
    print("MemoryError")
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert 0 < len(census) < len(objects)
assert census[0] is objects[0]
assert len(census) + census.add(objects) >= len(objects)
assert all(each is census[place] for place, each in enumerate(objects))
