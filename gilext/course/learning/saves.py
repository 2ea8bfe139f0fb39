"""Notice when the files of an exercise are saved."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gilext.course.learning.exercise import Exercise

LOOK_SECONDS = 0.15
_LOOKS_UNTIL_SETTLED = 2
_LOOKS_UNTIL_MISSED = 8

_State = tuple[object, ...]


class Saves:
    """Looks at the files of one exercise now and then.

    A save counts once the files are the same in two looks: an editor may write a file in pieces.
    Many write a new one and put it in place of the old, which then is missing for a moment.

    Parameters
    ----------
    exercise : Exercise
        Whose files.
    folder : Path
        Where they are.
    """

    def __init__(self, exercise: Exercise, folder: Path) -> None:
        self._paths = [folder / name for name in exercise.files]
        self._known = self._state()
        self._seen = self._known
        self._looks = 0

    def is_new(self) -> bool:
        """Return whether the files were saved since the last time this was True."""
        state = self._state()
        if state == self._known:
            return False
        self._looks = self._looks + 1 if state == self._seen else 1
        self._seen = state
        enough = _LOOKS_UNTIL_MISSED if None in state else _LOOKS_UNTIL_SETTLED
        if self._looks < enough:
            return False
        self._known = state
        return True

    def _state(self) -> _State:
        return tuple(_state_of(path) for path in self._paths)


def _state_of(path: Path) -> _State | None:
    """Return what changes when a file is saved; on some disks its time alone may not."""
    try:
        status = path.stat()
        return status.st_mtime_ns, status.st_ino, hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return None
