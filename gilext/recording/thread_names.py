"""The names of threads, also of those that have ended and are forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

_lock = threading.Lock()
_listeners: list[ThreadNames] = []
_original: Callable[..., None] | None = None
_noting: Callable[..., None] | None = None


class ThreadNames:
    """Notes the names of threads that start while it listens.

    A `threading.Thread` that nobody keeps is gone as soon as it ends, and its name with it. So
    while somebody listens, ``Thread.start`` is a function that calls the real one, and then
    notes the thread's number and name.
    """

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def listen(self) -> None:
        """Begin to note."""
        global _original, _noting
        self._note_living()
        with _lock:
            _listeners.append(self)
            if len(_listeners) == 1:
                _original = threading.Thread.start
                _noting = _noting_after(_original)
                threading.Thread.start = _noting  # type: ignore[method-assign]

    def stop(self) -> None:
        """End it; the last who listens puts the real ``Thread.start`` back.

        Where another library has wrapped it meanwhile, ours stays inside, and only passes on.
        """
        with _lock:
            _listeners.remove(self)
            if not _listeners and threading.Thread.start is _noting:
                threading.Thread.start = _original  # type: ignore[method-assign, assignment]

    def note(self, thread: threading.Thread) -> None:
        """Remember a thread's name, by its native number."""
        if thread.native_id is not None:
            self._names[thread.native_id] = thread.name

    def by_native_id(self) -> dict[int, str]:
        """Return every name that is known, those of living threads as they are now."""
        self._note_living()
        return dict(self._names)

    def _note_living(self) -> None:
        for thread in threading.enumerate():
            self.note(thread)


def _noting_after(start: Callable[..., None]) -> Callable[..., None]:
    @wraps(start)
    def start_and_note(thread: threading.Thread, *args: Any, **kwargs: Any) -> None:
        start(thread, *args, **kwargs)
        for listener in tuple(_listeners):
            listener.note(thread)

    return start_and_note
