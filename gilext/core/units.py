"""Numbers with units, as people read them."""

from __future__ import annotations

_TIMES = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
_SIZES = (("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10))


def in_words(seconds: float) -> str:
    """Return a time in the unit that suits it: ``40 ns``, ``2 µs``, ``63.2 ms``, ``1.5 s``."""
    for unit, scale in _TIMES:
        if seconds >= 0.9995 * scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def in_bytes(size: float) -> str:
    """Return an amount of memory in the unit that suits it: ``48 bytes``, ``16 KiB``, ``1.5 MiB``.

    Below a KiB the number is whole; above that it has three digits.
    """
    for unit, scale in _SIZES:
        if size >= 0.9995 * scale:
            return f"{size / scale:.3g} {unit}"
    count = round(size)
    return f"{count:,} byte" if count == 1 else f"{count:,} bytes"
