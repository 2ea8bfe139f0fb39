"""Count primes, each way, when malloc() has no room for the sieve: a MemoryError, and no crash."""

import ctypes
import resource
from pathlib import Path

import gilext
from gilext._native import time_os_threads

LIMIT, EXPECTED = 10**5, 9592
SMALLER_THAN_THE_SIEVE = 32 << 10
SPARE_BYTES = 64 << 20
M_ARENA_MAX = -8  # as malloc.h has it

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = (ctypes.c_size_t,)
libc.free.argtypes = (ctypes.c_void_p,)
libc.mallopt(M_ARENA_MAX, 1)  # or each thread has a heap of its own

calls = {binding.name: binding.call for binding in gilext.loop("count_primes").bindings}
del calls["python"]
calls["os_threads"] = lambda limit: time_os_threads("count_primes", 1, limit)[2][0]
for call in calls.values():  # what it imports, and its thread's stack, is there before
    assert call(LIMIT) == EXPECTED

blocks: list[int] = [0] * 100_000


def fill() -> int:
    """Take all of the heap, in pieces that the sieve doesn't fit into."""
    count = 0
    while address := libc.malloc(SMALLER_THAN_THE_SIEVE):
        blocks[count] = address
        count += 1
    return count


def outcome_without_memory(name: str) -> str:
    count = fill()
    try:
        said = "counted" if calls[name](LIMIT) == EXPECTED else "wrong"
    except MemoryError:
        said = "MemoryError"
    for place in range(count):
        libc.free(blocks[place])
    return said


used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + SPARE_BYTES, resource.RLIM_INFINITY))
outcomes = {name: outcome_without_memory(name) for name in calls}
assert all(call(LIMIT) == EXPECTED for call in calls.values())
print(*sorted(set(outcomes.values())))
assert set(outcomes.values()) == {"MemoryError"}, outcomes
