"""The three loops in pure Python: the same arguments, the same results, no C.

Pure Python holds the GIL too, but hands it over at the switch interval when another thread
asks for it. For the C loops, see ``csrc/loops/loops.c``.
"""

from __future__ import annotations

import operator
from math import isqrt
from typing import TYPE_CHECKING, SupportsIndex

from gilext._native import PRIMES_LIMIT

if TYPE_CHECKING:
    from typing_extensions import Buffer

UINT64_MAX = 2**64 - 1

_SEGMENT = 1 << 16


def checked_uint64(name: str, value: SupportsIndex, highest: int = UINT64_MAX) -> int:
    """Return an argument as an int from 0 to `highest`.

    Raises
    ------
    TypeError, ValueError, OverflowError
        When `value` is no integer, is negative, or is larger than `highest`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        if hasattr(value, "__index__"):
            raise
        kind = type(value).__name__
        raise TypeError(f"argument {name!r} must be an integer, not {kind}") from None
    if number < 0:
        raise ValueError(f"argument {name!r} must be at least 0")
    if number > highest:
        raise OverflowError(f"argument {name!r} must be at most {highest}")
    return number


def spin(iterations: SupportsIndex, seed: SupportsIndex = 0) -> int:
    """Advance a 64-bit integer chain; see `gilext.spin_held`."""
    x = checked_uint64("seed", seed)
    for _ in range(checked_uint64("iterations", iterations)):
        x = ((x ^ (x >> 32)) * 0x9FB21C651E98DF25 + 0x9E3779B97F4A7C15) & UINT64_MAX
    return x


def count_primes(limit: SupportsIndex) -> int:
    """Count the primes up to a limit; see `gilext.count_primes_held`."""
    end = checked_uint64("limit", limit, PRIMES_LIMIT) + 1
    base = _primes_below(isqrt(end) + 1)
    count = 0
    for low in range(2, end, _SEGMENT):
        count += _count_in_segment(low, min(low + _SEGMENT, end), base)
    return count


def checksum(buffer: Buffer) -> int:
    """Compute FNV-1a, 64 bits; see `gilext.checksum_held`."""
    with contiguous_view(buffer) as view:
        value = 0xCBF29CE484222325
        for byte in view:
            value = ((value ^ byte) * 0x100000001B3) & UINT64_MAX
        return value


def contiguous_view(buffer: Buffer) -> memoryview:
    """Return the bytes of a C-contiguous buffer, in one dimension.

    The view is of the buffer itself where `memoryview` can cast it, else of a copy: it can't
    cast the formats of ctypes arrays and of structures.

    Raises
    ------
    TypeError, BufferError, ValueError
        When `buffer` has no buffer interface, isn't C-contiguous, or is a released memoryview.
    """
    try:
        view = memoryview(buffer)
    except TypeError:
        kind = type(buffer).__name__
        raise TypeError(f"argument 'buffer' must be a bytes-like object, not {kind}") from None
    if not view.c_contiguous:
        raise BufferError("argument 'buffer' must export a C-contiguous buffer")
    try:
        return view.cast("B")
    except (TypeError, ValueError):
        return memoryview(view.tobytes())


def _primes_below(end: int) -> list[int]:
    is_prime = bytearray(b"\x01") * max(end, 2)
    is_prime[:2] = b"\x00\x00"
    for number in range(2, isqrt(end) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(range(number * number, end, number)))
    return [number for number in range(end) if is_prime[number]]


def _count_in_segment(low: int, high: int, base: list[int]) -> int:
    is_prime = bytearray(b"\x01") * (high - low)
    for prime in base:
        if prime * prime >= high:
            break
        first = max(prime * prime, -(-low // prime) * prime)
        is_prime[first - low :: prime] = bytes(len(range(first, high, prime)))
    return sum(is_prime)
