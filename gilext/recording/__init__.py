"""Question 3: who held the GIL while a program ran."""

from gilext.recording.holds import Hold, Holds
from gilext.recording.results import (
    Frame,
    Recording,
    StackSample,
    Stall,
    StallLine,
    ThreadTime,
)

__all__ = [
    "Frame",
    "Hold",
    "Holds",
    "Recording",
    "StackSample",
    "Stall",
    "StallLine",
    "ThreadTime",
]
