"""What has to stop before its interpreter ends: a sub-interpreter ends while the runtime lives."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress

from gilext._native import Around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Protocol

    class _Stoppable(Protocol):
        def stop(self) -> object: ...


_running: weakref.WeakSet[_Stoppable] = weakref.WeakSet()


def stop_at_exit(running: _Stoppable) -> None:
    """Have something stopped when the interpreter ends, if it still exists then."""
    _running.add(running)


def forget(stopped: _Stoppable) -> None:
    """Leave something that has stopped alone: when it goes, nothing runs that a signal could hit."""
    _running.discard(stopped)


def stop_noting(callback: Callable[..., None]) -> None:
    """Have the garbage collector call back no longer, if it still does: the list is anybody's."""
    with suppress(ValueError):
        gc.callbacks.remove(callback)


def put_around(
    module: ModuleType, name: str, **hooks: Callable[..., None]
) -> list[tuple[ModuleType, str, Any, Around]]:
    """Have a module's function call others before or after, as `Around` does.

    Returns
    -------
    list of tuple
        For the module, and for the one that the function is from: the module, the name, the
        function, and what is there instead. Nothing if the module has no such function.
    """
    function = getattr(module, name, None)
    if function is None:
        return []
    around = Around(function, **hooks)
    places = {module, sys.modules.get(getattr(function, "__module__", ""), module)}
    for place in places:
        setattr(place, name, around)
    return [(place, name, function, around) for place in places]


def can_replace(path: Any, argv: Any, env: object = None) -> bool:
    """Tell whether `os.execv` or `os.execve` is likely to put another program in this one's place."""
    try:
        return bool(argv) and os.path.isfile(path) and os.access(path, os.X_OK)
    except (TypeError, ValueError):  # which they will raise themselves
        return False


@atexit.register
def _stop_all() -> None:
    for running in list(_running):
        running.stop()
