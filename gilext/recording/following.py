"""How a process has its children watched: those that it forks, and those that it starts.

A child that is started finds in its environment what to do: Python imports start_up's
``sitecustomize`` first of all. Each of them imports this module, so it imports nothing that takes
long.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

from gilext.recording import child, thread_names
from gilext.recording.child_settings import START_UP, VARIABLE, ChildSettings, settings_of

_lock = threading.RLock()
_all: list[ChildSettings] = []  # of the watches that go on; the last to begin has the children
_before: dict[str, str | None] = {}  # the environment as it was before the first


def follow(settings: ChildSettings) -> ChildSettings | None:
    """Start to have the children of this process watched.

    Returns
    -------
    ChildSettings or None
        How they were watched up to now, if they were.
    """
    with _lock:
        around = _all[-1] if _all else None
        if not _all:
            _before.update({name: os.environ.get(name) for name in (VARIABLE, "PYTHONPATH")})
        _all.append(settings)
        os.environ[VARIABLE] = settings.to_text()
        others = _python_path()
        if START_UP not in others:
            os.environ["PYTHONPATH"] = os.pathsep.join([START_UP, *others])
        return around


def leave(settings: ChildSettings) -> bool:
    """End it for children that begin later; a second call does nothing.

    What the program has changed in its environment by now stays as it is.

    Returns
    -------
    bool
        Whether it had the children to the last; a later watch may have them.
    """
    with _lock:
        if settings not in _all:
            return True
        is_innermost = settings is _all[-1]
        told = _all[-1].to_text()
        _all.remove(settings)
        if os.environ.get(VARIABLE) == told:
            _set(VARIABLE, _all[-1].to_text() if _all else _before[VARIABLE])
        if not _all:
            others = [folder for folder in _python_path() if folder != START_UP]
            _set("PYTHONPATH", os.pathsep.join(others) if others else _before["PYTHONPATH"])
        return is_innermost


def is_followed(settings: ChildSettings) -> bool:
    """Tell whether a watch of children goes on."""
    return settings in _all


def _python_path() -> list[str]:
    folders = os.environ.get("PYTHONPATH")
    return folders.split(os.pathsep) if folders else []


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def record_started_child(text: str) -> None:
    """Record this process, which found such settings in its environment.

    Raises
    ------
    OSError, RuntimeError, ValueError
        If that is impossible.
    """
    if _is_main_interpreter():  # the others' code is seen from there
        if sys.version_info >= (3, 12):  # before that there is nothing to expect
            from gilext.recording.fork_warnings import expect_forks

            expect_forks()
        settings = settings_of(text)
        child.record(settings, "start")
        _all.append(settings)


def _is_main_interpreter() -> bool:
    try:
        from _thread import _is_main_interpreter  # type: ignore[attr-defined]
    except ImportError:
        from _xxsubinterpreters import get_current, get_main  # type: ignore[import-not-found]

        return bool(get_current() == get_main())
    return bool(_is_main_interpreter())


def _record_forked_child() -> None:
    """Go on in a child, in which no thread but one is, before anything of the program runs."""
    global _lock
    _lock = threading.RLock()  # a thread that isn't here may have had it
    if not _all:
        return
    thread_names.begin_again()
    settings = _all[-1]
    try:
        child.record(settings, "fork")
    except Exception as error:
        with suppress(OSError):  # the child's own business goes on
            settings.note_unwatched(str(error) or type(error).__name__)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_record_forked_child)
