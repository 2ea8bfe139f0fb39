"""What the colours mean, on pages and in pictures, by day and by night; ``page.css`` agrees."""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """One meaning's colour on a light ground and on a dark one."""

    day: str
    night: str


HELD = Colour("#2f62a8", "#2f7df0")
STALLED = Colour("#4b1038", "#fb8cdc")
WAITED = Colour("#b8700f", "#feac18")
RELEASED = Colour("#1a9779", "#2bdc8f")
MISSING = Colour("#c9ced6", "#3a414c")
OTHER = Colour("#6b7684", "#8b96a5")
LANE = Colour("#f3f5f8", "#1e232b")

PALETTE = {
    "held": HELD,
    "stalled": STALLED,
    "waited": WAITED,
    "released": RELEASED,
    "missing": MISSING,
    "other": OTHER,
    "lane": LANE,
}
