"""``gilext.dump()``: who holds the GIL of a process, and who waits for it, at this moment."""

from __future__ import annotations

import platform
from typing import Any, NamedTuple

from gilext._native import read_process, where_blocked
from gilext.recording.other_process import (
    check_process,
    command_of,
    refusal,
    shift_of,
    tasks_of,
    thread_name,
)
from gilext.recording.parts import Frame
from gilext.recording.thread_states import Dump, ThreadState

_MAX_READINGS = 8
_ATTACHMENTS = ("detached", "attached", "stopped")
_ORDER = ("holds", "attached", "waits", "stopped", None, "other", "detached")


class _Reading(NamedTuple):
    """What one reading found: the GILs by address, the threads, and where each is blocked."""

    gils: dict[int, dict[str, Any]]
    threads: list[dict[str, Any]]
    blocked: list[str | None]


def dump(pid: int) -> Dump:
    """Return who holds the GIL of a process right now, and who waits for it.

    The process is read from outside: it isn't stopped, and nothing in it is changed. So it may be
    stuck, in a C call that never releases the GIL or in a deadlock.

    Parameters
    ----------
    pid : int
        The process. It must run the same Python as this one.

    Raises
    ------
    TypeError, ValueError
        If it isn't the number of a process.
    ProcessLookupError, PermissionError, OSError
        If there is no such process, or it may not be read.
    UnsupportedInterpreter
        If it doesn't run the same Python.
    NotImplementedError
        On other systems than Linux.
    """
    process = check_process(pid)
    shift = shift_of(process)
    tasks = tasks_of(process)
    before, now = None, _read(process, shift, tasks)
    for _ in range(_MAX_READINGS):
        before, now = now, _read(process, shift, tasks)
        if now == before:
            break
    known = {thread["native_id"] for thread in now.threads}
    return Dump(
        process=process,
        command=command_of(process),
        python_version=platform.python_version(),
        has_gil=any(gil["is_enabled"] for gil in now.gils.values()),
        threads=_described(process, now, tasks),
        native_threads=len(tasks.keys() - known),
        is_consistent=now == before,
    )


def _read(process: int, shift: int, tasks: dict[int, int]) -> _Reading:
    try:
        gils, threads = read_process(process, shift)
    except OSError as error:
        raise refusal(process, error) from None
    blocked = [
        where_blocked(process, tasks.get(thread["native_id"], 0), thread["gil"])
        for thread in threads
    ]
    return _Reading({gil["gil"]: gil for gil in gils}, threads, blocked)


# -- what it means --------------------------------------------------------------------------


def _described(process: int, read: _Reading, tasks: dict[int, int]) -> tuple[ThreadState, ...]:
    states = _states(read)
    found = [
        _thread(process, thread, state, tasks)
        for thread, state in zip(read.threads, states, strict=True)
    ]
    found.reverse()  # Python has the newest first
    return tuple(sorted(found, key=lambda thread: _ORDER.index(thread.state)))


def _states(read: _Reading) -> list[str | None]:
    """Return whether each thread holds its GIL or waits for it.

    One that runs may be a waiter that was woken and has no core yet. The GIL says how many wait:
    so if all are found, it is none; and if as many run as are missing, they are those.
    """
    states = [_state(read, *one) for one in zip(read.threads, read.blocked, strict=True)]
    for address, gil in read.gils.items():
        own = [index for index, one in enumerate(read.threads) if one["gil"] == address]
        running = [index for index in own if states[index] == "runs"]
        missing = gil["waiters"]
        if missing is not None:
            missing -= sum(states[index] == "waits" for index in own)
        for index in running:
            states[index] = _state_of_running(len(running), missing)
    return states


def _state(read: _Reading, thread: dict[str, Any], blocked: str | None) -> str | None:
    gil = read.gils.get(thread["gil"])
    if gil is None:
        return None
    if not gil["is_enabled"]:
        return _ATTACHMENTS[thread["attachment"]]
    if thread["state"] == gil["holder"]:
        return "holds"
    if thread["wants"] is not None:
        return "waits" if thread["wants"] else "other"
    if blocked == "gil":
        same = [one for one in read.threads if one["native_id"] == thread["native_id"]]
        return "waits" if len(same) == 1 else None
    return "other" if blocked == "elsewhere" else blocked


def _state_of_running(running: int, missing: int | None) -> str | None:
    if missing is not None and missing <= 0:
        return "other"
    return "waits" if missing == running else None


def _thread(
    process: int, thread: dict[str, Any], state: str | None, tasks: dict[int, int]
) -> ThreadState:
    frames, is_truncated, called = thread["stack"] or (None, False, None)
    return ThreadState(
        name=thread_name(process, tasks.get(thread["native_id"])),
        ident=thread["ident"],
        native_id=thread["native_id"],
        interpreter=thread["interpreter"],
        state=state,
        frames=None if frames is None else tuple(Frame(*frame) for frame in frames),
        is_truncated=is_truncated,
        callable=called,
    )
