"""A Python thread that wants the GIL while a test runs, for systems that don't count waiters."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from time import monotonic
from types import TracebackType

from gilext.integrations.pytest_core_waits import MIN_WAIT_SECONDS, CoreWaits

CONTENDER = "gilext contender"

_REQUEST_SECONDS = 0.001


class GilContender(CoreWaits):
    """While its block runs, a thread requests the GIL a thousand times a second.

    A hold is a stall only if somebody waits: Python code that holds the GIL for as long as nobody
    else wants it gives it away when somebody requests it.

    The thread also notes when the one that began the block waited for a core, as Linux counts it
    in ``/proc``: what that adds to a hold is the machine's doing, and not the test's.
    """

    name = CONTENDER
    requests = ()

    def __init__(self) -> None:
        super().__init__()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._request, name=CONTENDER, daemon=True)
        self._file = -1

    def __enter__(self) -> GilContender:
        """Begin to request it."""
        with suppress(OSError):
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it."""
        self._is_over.set()
        self._thread.join()
        if self._file >= 0:
            os.close(self._file)

    def _request(self) -> None:
        since, before = monotonic(), self._waited_seconds()
        while not self._is_over.wait(_REQUEST_SECONDS):
            until, after = monotonic(), self._waited_seconds()
            if after - before >= MIN_WAIT_SECONDS:
                self._waits.append((since, until, after - before))
            since, before = until, after

    def _waited_seconds(self) -> float:
        """Return for how long the other thread has waited for a core since it was started."""
        if self._file < 0:
            return 0.0
        with suppress(OSError):  # that thread has ended
            return int(os.pread(self._file, 100, 0).split()[1]) * 1e-9
        return 0.0
