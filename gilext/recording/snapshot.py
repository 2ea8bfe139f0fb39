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
        The holders, with the hold that is going on; without a GIL, the threads that were attached.
    has_gil : bool
        Whether there was a GIL, for some of the time at least.
    """

    seconds: float
    held_seconds: float
    by_thread: tuple[ThreadTime, ...]
    has_gil: bool = True

    def report(self) -> Report:
        """Return the holders up to now."""
        threads = thread_table(self.by_thread, self.seconds, has_gil=self.has_gil)
        return Report(title=self._title(), body=(threads,) if self.by_thread else ())

    def _title(self) -> str:
        if not self.has_gil:
            attached = share(self.attached_seconds(), self.seconds) or 0.0
            return (
                f"up to now {attached:.2f} threads were attached on average in {self.seconds:.3f} s"
            )
        part = share(self.held_seconds, self.seconds)
        held = "an unknown part" if part is None else f"{part:.1%}"
        return f"up to now the GIL was held for {held} of {self.seconds:.3f} s"

    def attached_seconds(self) -> float:
        """Return for how long threads were attached without a GIL, all together."""
        return sum(thread.attached_seconds or 0.0 for thread in self.by_thread)
