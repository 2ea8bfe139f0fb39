"""How the children of a watched process are to be watched, as the environment tells them.

Each child that starts imports this module, so it imports nothing that takes long.
"""

from __future__ import annotations

import _imp
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

VARIABLE: Final = "GILEXT_CHILDREN"
START_UP: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start_up")
# Files in the folder: a byte for each child that is to be recorded, and a line for each that can't.
BEGUN: Final = "begun"
UNWATCHED: Final = "unwatched"
MAX_RECORDINGS: Final = 1024


class ChildSettings:
    """How children are watched.

    Parameters
    ----------
    folder : str
        The absolute path of where each child keeps its recording.
    interval, stalls, memory, lines, budget
        As `gilext.watch` takes them; 0.0 for no stalls.
    """

    __slots__ = ("budget", "folder", "interval", "lines", "memory", "stalls")

    def __init__(
        self, folder: str, interval: float, stalls: float, memory: int, lines: bool, budget: float
    ) -> None:
        self.folder = folder
        self.interval = interval
        self.stalls = stalls
        self.memory = memory
        self.lines = lines
        self.budget = budget

    def to_text(self) -> str:
        """Return the value of the environment variable; start_up/sitecustomize.py reads it too."""
        return (
            f"{_imp.extension_suffixes()[0]};{self.interval!r};{self.stalls!r};{self.memory};"
            f"{self.lines:d};{self.budget!r};{self.folder}"
        )

    def count_recording(self) -> None:
        """Count one recording more in the folder.

        Raises
        ------
        OSError
            If it can't be written to, or isn't there any more.
        RuntimeError
            If it has too many.
        """
        if self._append(BEGUN, b".") > MAX_RECORDINGS:
            raise RuntimeError(f"a watch keeps at most {MAX_RECORDINGS} recordings of children")

    def note_unwatched(self, reason: str) -> None:
        """Tell who reads the folder that this process can't be watched."""
        self._append(UNWATCHED, f"{os.getpid()} {reason}\n".encode(errors="surrogateescape"))

    def _append(self, name: str, content: bytes) -> int:
        """Append to a file in the folder; return its size then."""
        path = os.path.join(self.folder, name)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, content)
            return os.fstat(file).st_size
        finally:
            os.close(file)


def settings_of(text: str) -> ChildSettings:
    """Return what `to_text` gave."""
    _, interval, stalls, memory, lines, budget, folder = text.split(";", 6)
    return ChildSettings(
        folder, float(interval), float(stalls), int(memory), lines == "1", float(budget)
    )
