"""Scenes for ``check.py`` of an exercise: who is where is known, and no clock decides it."""

from __future__ import annotations

import gc
import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

from gilext.core.environment import is_gil_enabled
from gilext.core.switch_interval import switch_interval

_NO_SWITCH_SECONDS = 1000.0
_POLL_SECONDS = 0.02
_SLEEPING_SAMPLES = 3


class Call:
    """A call in a thread of its own.

    Once there is a `Call`, its thread has released the GIL or ended: nothing makes it switch
    before it does so by itself. Without a GIL, it sleeps in C or has ended.

    Attributes
    ----------
    is_running : bool
        Whether it hasn't ended.
    """

    def __init__(self, fn: Callable[..., Any], /, *args: Any) -> None:
        self._returned: Any = None
        self._raised: BaseException | None = None
        self.is_running = True
        self._thread = Thread(target=self._run, args=(fn, args), name=fn.__name__, daemon=True)
        with switch_interval(_NO_SWITCH_SECONDS):
            self._thread.start()
        if not is_gil_enabled():
            self.wait_until_blocked()

    def _run(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        try:
            self._returned = fn(*args)
        except BaseException as error:
            self._raised = error
        self.is_running = False

    def wait_until_blocked(self) -> None:
        """Wait until it has ended, or sleeps in C: for an answer, or for a lock."""
        state = Path(f"/proc/self/task/{self._thread.native_id}/stat")
        sleeping = 0
        while self.is_running and sleeping < _SLEEPING_SAMPLES:
            time.sleep(_POLL_SECONDS)
            with suppress(FileNotFoundError):  # it has just ended, or there is no /proc
                sleeping = sleeping + 1 if state.read_text().rpartition(")")[2][1] == "S" else 0
                continue
            sleeping += 1

    def result(self) -> Any:
        """Wait for its end; return what it returned, or raise what it raised."""
        self._thread.join()
        if self._raised is not None:
            raise self._raised
        return self._returned


class Peer:
    """The server that a function talks to: it answers when it is told to, and not before.

    It is never closed: a call that goes wrong is left waiting until the process ends.

    Attributes
    ----------
    fd : int
        What the function writes its question to, and reads the answer from.
    """

    def __init__(self) -> None:
        near, far = socket.socketpair()
        self._fd = near.detach()
        self.fd = far.detach()

    def question(self, call: Call) -> bytes:
        """Wait for the question of a call: it is waiting for the answer then.

        If the call ends without a question, what it raised is raised; if it raised nothing,
        the question is empty.
        """
        while call.is_running:
            if select.select([self._fd], [], [], _POLL_SECONDS)[0]:
                gc.collect()  # without a GIL, that waits until each thread is detached
                return os.read(self._fd, 4096)
        call.result()
        return b""

    def has_question(self) -> bool:
        """Return whether a question has come."""
        return bool(select.select([self._fd], [], [], 0)[0])

    def answer(self, answer: bytes) -> None:
        """Answer a question."""
        os.write(self._fd, answer)


def fresh(module: ModuleType) -> ModuleType:
    """Return a second module object of a module's file, as another interpreter would get it."""
    spec = spec_from_file_location(module.__name__, module.__file__)
    assert spec is not None
    assert spec.loader is not None
    copy = module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy
