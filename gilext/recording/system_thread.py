"""A daemon thread of the operating system, also where gevent has put greenlets in their place."""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Callable
from typing import Any


class SystemThread:
    """A daemon thread that may wait in C: it has no other work to do.

    Where gevent has patched `threading`, a `threading.Thread` is a greenlet of the thread that starts
    it, and what waits in one without telling gevent stops all of them. Then it is made as `threading`
    would without gevent, and `threading.current_thread` has a name for it only while it runs.
    """

    def __init__(self, target: Callable[[], object], name: str) -> None:
        self._target = target
        self._name = name
        self._ident: int | None = None
        self.native_id: int | None = None
        self._begun, self._ended = _original("allocate_lock")(), _original("allocate_lock")()

    def start(self) -> None:
        """Start it, and wait until it has begun; once."""
        self._begun.acquire()
        self._ended.acquire()
        start_new_thread = _original("start_new_thread")
        if start_new_thread is _thread.start_new_thread:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()
        else:
            start_new_thread(self._run, ())
        self._begun.acquire()

    def is_current(self) -> bool:
        """Return whether it is this thread."""
        return bool(self._ident == _original("get_ident")())

    def join(self, seconds: float) -> None:
        """Wait for its end, for so long at most."""
        if self._ended.acquire(timeout=seconds):
            self._ended.release()

    def _run(self) -> None:
        self._ident = _original("get_ident")()
        self.native_id = threading.get_native_id()
        threading.current_thread().name = self._name
        self._begun.release()
        try:
            self._target()
        finally:
            self._ended.release()


def _original(name: str) -> Any:
    """Return a function of `_thread` as it was before gevent."""
    monkey = sys.modules.get("gevent.monkey")
    return getattr(_thread, name) if monkey is None else monkey.get_original("_thread", name)
