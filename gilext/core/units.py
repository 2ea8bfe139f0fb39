"""Numbers with units, as people read them."""

from __future__ import annotations

_TIMES = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))


def in_words(seconds: float) -> str:
    """Return a time in the unit that suits it: ``40 ns``, ``2 µs``, ``63.2 ms``, ``1.5 s``."""
    for unit, scale in _TIMES:
        if seconds >= 0.9995 * scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
