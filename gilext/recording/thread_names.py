"""The names of threads, also of those that have ended and are forgotten."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable
from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Who changes these has the lock; who reads them takes the tuple as it is. A finalizer may run
# while its thread has the lock, so it can be taken again.
_lock = threading.RLock()
_listeners: tuple[weakref.ref[ThreadNames], ...] = ()
_original: Callable[..., None] | None = None
_noting: Callable[..., None] | None = None


class ThreadNames:
    """Notes the names of threads that start while it listens.

    A `threading.Thread` that nobody keeps is gone as soon as it ends, and its name with it. So
    while somebody listens, ``Thread.start`` is a function that calls the real one, and then
    notes the thread's number and name. A listener that is forgotten listens no longer.
    """

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self.keep: Callable[[int, str], object] | None = None  # called with each that is new
        self._reference: weakref.ref[ThreadNames] | None = None

    def listen(self) -> None:
        """Begin to note."""
        global _listeners, _original, _noting
        self._note_living()
        with _lock:
            if not _listeners and threading.Thread.start is not _noting:
                _original = threading.Thread.start
                _noting = _noting_after(_original)
                threading.Thread.start = _noting  # type: ignore[method-assign]
            self._reference = weakref.ref(self, _remove)
            _listeners = (*_listeners, self._reference)

    def stop(self) -> None:
        """End it; the last who listens puts the real ``Thread.start`` back.

        If another library has wrapped it since, ours stays inside, and only passes on.
        """
        if self._reference is not None:
            self._note_living()
        _remove(self._reference)
        self._reference = None  # without it, nothing runs when this object goes

    def note(self, thread: threading.Thread) -> None:
        """Remember a thread's name, by its native number.

        In a forked child, some versions of `threading` have the parent's for the only thread.
        """
        is_this = thread.ident == threading.get_ident()
        native_id = threading.get_native_id() if is_this else thread.native_id
        if native_id is not None:
            self.name(native_id, thread.name)

    def name(self, native_id: int, name: str) -> None:
        """Remember the name of a thread that `threading` doesn't know."""
        is_new = self._names.get(native_id) != name
        self._names[native_id] = name
        if is_new and self.keep is not None:
            self.keep(native_id, name)

    def by_native_id(self) -> dict[int, str]:
        """Return every name that is known, those of living threads as they are until it stops."""
        if self._reference is not None:
            self._note_living()
        return dict(self._names)

    def _note_living(self) -> None:
        for thread in system_threads():
            self.note(thread)


def system_threads() -> Iterable[threading.Thread]:
    """Return the living threads of the operating system.

    When gevent has put greenlets in the place of Python's threads, each has the native number of the
    thread that it runs in. That one began before them.
    """
    first: dict[int | None, threading.Thread] = {}
    for thread in threading.enumerate():
        first.setdefault(thread.native_id, thread)
    return first.values()


def begin_again() -> None:
    """In a forked child, which has only one thread: none listens yet."""
    global _lock, _listeners
    _lock = threading.RLock()  # a thread that isn't here may have had it
    _listeners = ()


def _remove(reference: weakref.ref[ThreadNames] | None) -> None:
    global _listeners
    if _lock is None:  # the interpreter ends, and has cleared this module
        return
    with _lock:
        _listeners = tuple(other for other in _listeners if other is not reference)
        if not _listeners and _noting is not None and threading.Thread.start is _noting:
            threading.Thread.start = _original  # type: ignore[method-assign, assignment]


def _noting_after(start: Callable[..., None]) -> Callable[..., None]:
    @wraps(start)
    def start_and_note(thread: threading.Thread, *args: Any, **kwargs: Any) -> None:
        start(thread, *args, **kwargs)
        if thread.native_id == threading.get_native_id():
            return  # a greenlet of gevent's, in the same thread
        for reference in _listeners:
            if (listener := reference()) is not None:
                listener.note(thread)

    return start_and_note
