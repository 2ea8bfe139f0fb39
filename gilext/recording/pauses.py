"""Stops of the world: all threads of an interpreter without a GIL stand still for one of them."""

from __future__ import annotations

from dataclasses import dataclass

from gilext.recording.parts import Frame

COLLECTION = "garbage collection"


@dataclass(frozen=True, slots=True)
class WaitedFor:
    """A thread that was still attached while a stop of the world waited.

    Attributes
    ----------
    thread : int
        Which, as an index into `Recording.by_thread`.
    seconds : float
        For how long after the stop was asked for it was seen attached.
    frames : tuple of Frame
        The Python stack on which it stayed attached, innermost first; empty if unknown.
    callable : str or None
        The C function that the innermost frame was calling; None if unknown.
    """

    thread: int
    seconds: float
    frames: tuple[Frame, ...]
    callable: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """One stop of the world: asked for, then stopped, then started again.

    A thread that is attached goes on until it detaches, or reaches a point at which the interpreter
    may stop it. The world stands still once all have.

    Attributes
    ----------
    start_seconds : float
        When it was first seen asked for, from the start of the recording.
    stopping_seconds : float
        From there until the world stood still, or until the last sample that found it asked for.
    stopped_seconds : float or None
        For how long the world stood still; None if no sample found it so.
    asker : int or None
        The thread that asked, as an index into `Recording.by_thread`; None if unknown.
    frames : tuple of Frame
        The asker's Python stack, innermost first, where it asked; empty if unknown.
    reason : str or None
        ``"garbage collection"`` if the asker ran the garbage collector; None if unknown.
    waited_for : tuple of WaitedFor
        The threads that were still attached after it was asked for, the longest first; empty if
        none was seen.
    callable : str or None
        The C function that the innermost frame was calling, such as ``posix.fork``; None if
        unknown.
    """

    start_seconds: float
    stopping_seconds: float
    stopped_seconds: float | None
    asker: int | None
    frames: tuple[Frame, ...]
    reason: str | None
    waited_for: tuple[WaitedFor, ...]
    callable: str | None = None

    @property
    def seconds(self) -> float:
        """How long it lasted in all, as far as it was seen."""
        return self.stopping_seconds + (self.stopped_seconds or 0.0)
