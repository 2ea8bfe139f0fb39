"""What a watch has seen up to now."""

from __future__ import annotations

from dataclasses import dataclass

from gilext.core.report import Report, share
from gilext.core.results import Result
from gilext.recording.parts import ThreadTime
from gilext.recording.summary import thread_table


@dataclass(frozen=True, slots=True)
class Snapshot(Result):
    """What a watch has seen up to now.

    Attributes
    ----------
    seconds : float
        How long it has been going on.
    held_seconds : float
        For how long of that the GIL was held.
    by_thread : tuple of ThreadTime
        The holders, with the hold that is going on.
    """

    seconds: float
    held_seconds: float
    by_thread: tuple[ThreadTime, ...]

    def report(self) -> Report:
        """Return the holders up to now."""
        part = share(self.held_seconds, self.seconds)
        held = "an unknown part" if part is None else f"{part:.1%}"
        return Report(
            title=f"up to now the GIL was held for {held} of {self.seconds:.3f} s",
            body=(thread_table(self.by_thread, self.seconds),) if self.by_thread else (),
        )
