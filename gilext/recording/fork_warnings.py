"""Suppresses CPython's warning about a fork with threads if all other threads are gilext's.

Since 3.12, ``os.fork()`` warns if the process has more than one thread. The threads of a watch
hold no lock that a child could need, so a program that has no other thread is to hear nothing
that it wouldn't hear without a watch.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from contextlib import suppress
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TASKS = "/proc/self/task"
_OWN_NAME = "gilext "
_MAX_KNOWN = 2  # to `threading`: the main thread, and one that calls back for a monitor


@cache
def expect_forks() -> None:
    """Prepare for forks. On systems without /proc, no warning is suppressed."""
    if sys.version_info >= (3, 12) and os.path.isdir(_TASKS):
        os.register_at_fork(before=_before_fork, after_in_child=_filter.remove)


def name_own_thread(native_id: int | None, name: str) -> None:
    """Give one of gilext's Python threads a name that marks it, as its native ones have."""
    with suppress(OSError), open(f"{_TASKS}/{native_id}/comm", "w") as file:
        file.write(_OWN_NAME + name)


class _ForkFilter:
    """A filter for one warning. CPython asks for its `match` as if it were a pattern.

    It is put into the list past `warnings.filterwarnings`, which would have each warning that was
    shown already shown once more.
    """

    def __init__(self) -> None:
        self._item: Any = ("ignore", self, DeprecationWarning, None, 0)

    def insert(self) -> None:
        warnings.filters.insert(0, self._item)  # type: ignore[attr-defined]

    def remove(self) -> None:
        with suppress(ValueError):
            warnings.filters.remove(self._item)  # type: ignore[attr-defined]

    def match(self, message: str) -> bool:
        """Tell whether it is that warning, which comes once: before or after the hooks."""
        is_it = message.startswith("This process (pid=") and "is multi-threaded" in message
        if is_it:
            self.remove()
        return is_it


_filter = _ForkFilter()


def _before_fork() -> None:
    _filter.remove()  # the last fork may have had nothing to warn of
    if threading.active_count() > _MAX_KNOWN:
        return  # reading files would release the GIL, each time, and these threads want it
    # Also if nothing is watched any more: the kernel lists a thread a little longer than it lives.
    with suppress(OSError):
        if _is_only_beside_own_threads():
            _filter.insert()


def _is_only_beside_own_threads() -> bool:
    """Tell whether there are threads of gilext's and one other; it stops at the second other."""
    own = others = 0
    for task in os.listdir(_TASKS):
        if _name_of(task).startswith(_OWN_NAME):
            own += 1
        else:
            others += 1
        if others > 1:
            return False
    return own > 0


def _name_of(task: str) -> str:
    try:
        with open(f"{_TASKS}/{task}/comm", errors="replace") as file:
            return file.read()
    except FileNotFoundError:  # it has just ended
        return _OWN_NAME
