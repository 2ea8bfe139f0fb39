"""The watchdog of ``gilext.monitor()``: says that the GIL stalls while it does."""

from __future__ import annotations

import gc
import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

from gilext._native import Sampler, call_unraisable
from gilext.core.checks import check_callable, check_seconds
from gilext.core.report import Column, Report, Table, counted, facts
from gilext.core.results import Result
from gilext.core.units import in_words
from gilext.recording.exits import stop_noting
from gilext.recording.fork_warnings import name_own_thread
from gilext.recording.parts import Frame
from gilext.recording.sums import EndedStall
from gilext.recording.system_thread import SystemThread
from gilext.recording.thread_names import system_threads

STANDARD_ERROR = 2
CALLER = "gilext on_stall"

_NO_FILE = -1
_MAX_CALLBACK_SECONDS = 5.0


class HasDescriptor(Protocol):
    """What has a file descriptor, such as an open file."""

    def fileno(self) -> int:
        """Return it."""
        ...


@dataclass(frozen=True, slots=True)
class StallThread:
    """A thread that took part in a stall.

    Attributes
    ----------
    name : str or None
        Its name, if it is still running or the operating system knows it.
    ident, native_id : int
        Its numbers, as ``threading.get_ident()`` and ``threading.get_native_id()`` give them.
    frame : Frame or None
        Where it was: its innermost Python frame, if that could be read.
    """

    name: str | None
    ident: int
    native_id: int
    frame: Frame | None

    def described(self) -> str:
        """Return who it is, and where it was."""
        who = f"{self.name or 'a thread'} (native id {self.native_id})"
        if self.frame is None:
            return who
        return f"{who} in {self.frame.file}:{self.frame.line} {self.frame.function}"


@dataclass(frozen=True, slots=True)
class MonitorStall(Result):
    """A stall that a monitor's watchdog saw end.

    Attributes
    ----------
    seconds : float
        How long a thread waited, at least.
    held_seconds : float
        How long the GIL was held then.
    started_timestamp : float
        When the wait began, as ``time.time()`` gives it.
    holder : StallThread
        The thread that held the GIL.
    callable : str or None
        The C function that the holder's innermost frame called, if it is known.
    is_collection : bool
        Whether it ran the garbage collector, or what that called.
    frames : tuple of Frame
        The holder's Python frames, the innermost first, as they were at the last reading: when the
        stall had lasted for the threshold, twice that, and so on. Empty if they couldn't be read.
    frames_omitted : int
        How many more there were, further out.
    waiters : int or None
        How many threads waited at that moment; None if unknown here.
    waiting : tuple of StallThread
        Those of them that could be named, up to eight.
    missed : int
        How many stalls since the previous call were left out, because the callback was still
        busy.
    task : str or None
        The name of the asyncio task that the holder ran; None if it ran none, or if unknown.
    """

    seconds: float
    held_seconds: float
    started_timestamp: float
    holder: StallThread
    callable: str | None
    is_collection: bool
    frames: tuple[Frame, ...]
    frames_omitted: int
    waiters: int | None
    waiting: tuple[StallThread, ...]
    missed: int
    task: str | None = None

    def report(self) -> Report:
        """Return who held the GIL, where, and who waited."""
        waiters = "unknown" if self.waiters is None else f"{self.waiters:,}"
        known = facts(
            ("held", in_words(self.held_seconds)),
            ("holder", self.holder.described()),
            *((("called", self.callable),) if self.callable else ()),
            *((("asyncio task", self.task),) if self.task else ()),
            ("waiting threads", waiters),
            *(("waiting", thread.described()) for thread in self.waiting),
        )
        rest = f"and {counted(self.frames_omitted, 'frame')} further out"
        lines = Table(
            (Column("line", is_text=True), Column("function", is_text=True)),
            tuple((f"{frame.file}:{frame.line}", frame.function) for frame in self.frames),
            rest=rest if self.frames_omitted else "",
        )
        return Report(
            title=f"{self.holder.name or 'a thread'} held the GIL while another thread waited "
            f"{in_words(self.seconds)}",
            body=(known, lines if self.frames else "Its frames couldn't be read."),
        )


@dataclass(frozen=True, slots=True)
class Watchdog:
    """What a monitor's watchdog was asked for; see `gilext.monitor`."""

    seconds: float
    on_stall: Callable[[MonitorStall], object] | None
    file: HasDescriptor | int | None
    is_json: bool

    def guard(self, sampler: Sampler) -> Guard:
        """Have a sampler that is new tell of stalls; return what ends that."""
        descriptor = _NO_FILE if self.file is None else _opened_anew(self.file)
        try:
            sampler.set_watchdog(self.seconds, descriptor, self.is_json, self.on_stall is not None)
        except BaseException:
            _close(descriptor)
            raise
        return Guard(sampler, descriptor, self.on_stall)


class Guard:
    """A watchdog at work: its file, and the thread that calls back.

    That thread is one of Python's, so that a callback may do what any code may. It waits in C, and
    wakes only when a stall has ended.
    """

    def __init__(
        self,
        sampler: Sampler,
        descriptor: int,
        on_stall: Callable[[MonitorStall], object] | None,
    ) -> None:
        self._sampler = sampler
        self._descriptor = descriptor
        self._thread: SystemThread | None = None
        self._is_left = False  # what is called back has stopped the monitor
        if on_stall is not None:
            self._thread = SystemThread(partial(self._call_back, on_stall), CALLER)

    def start(self) -> None:
        """Begin to call back, before the sampler is started."""
        self.name_threads()
        gc.callbacks.append(self._sampler.note_collection)
        if self._thread is not None:
            self._thread.start()
            name_own_thread(self._thread.native_id, "calls")

    def name_threads(self) -> None:
        """Let the native thread call the threads of now by their names."""
        self._sampler.name_threads(
            [
                (thread.ident, thread.native_id, thread.name)
                for thread in system_threads()
                if thread.ident is not None and thread.native_id is not None
            ]
        )

    def close(self) -> None:
        """Close the file, after the sampler was stopped."""
        stop_noting(self._sampler.note_collection)
        _close(self._descriptor)
        self._descriptor = _NO_FILE

    def join(self) -> None:
        """Wait for a callback that runs, for some seconds at most, unless this is in it."""
        if self._thread is None:
            return
        if self._thread.is_current():
            self._is_left = True
        else:
            self._thread.join(_MAX_CALLBACK_SECONDS)

    def _call_back(self, on_stall: Callable[[MonitorStall], object]) -> None:
        main = threading.main_thread()
        while (ended := self._sampler.next_stall()) is not None and main.is_alive():
            call_unraisable(on_stall, _stall_of(ended))
            if self._is_left:
                break
            self.name_threads()


def check_watchdog(
    seconds: object,
    on_stall: Callable[[MonitorStall], object] | None,
    file: HasDescriptor | int | None,
    form: Literal["text", "json"],
) -> Watchdog | None:
    """Return a watchdog, or None if none is asked for.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type, is out of its range, or has nothing to do.
    """
    if on_stall is not None:
        check_callable("on_stall", on_stall)
    if form not in ("text", "json"):
        raise ValueError(f"argument 'watchdog_format' must be 'text' or 'json', not {form!r}")
    if not (file is None or isinstance(file, int) or hasattr(file, "fileno")):
        raise TypeError(
            "argument 'watchdog_file' must be a file, a file descriptor or None, not "
            f"{type(file).__name__}"
        )
    if seconds is None:
        if on_stall is not None:
            raise ValueError("argument 'on_stall' needs 'watchdog', the seconds of a stall")
        return None
    return Watchdog(
        check_seconds("watchdog", seconds, 0.01, 3600.0), on_stall, file, form == "json"
    )


def _opened_anew(file: HasDescriptor | int) -> int:
    """Return a descriptor of our own for a file.

    The program may close its own, and another file get that number. For a pipe or a terminal it is
    one that never blocks; the program's own stays as it is, which a flag of a shared one would not.
    """
    descriptor = file if isinstance(file, int) else file.fileno()
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        with suppress(OSError):
            return os.open(f"/proc/self/fd/{descriptor}", flags)
    return os.dup(descriptor)


def _close(descriptor: int) -> None:
    if descriptor != _NO_FILE:
        os.close(descriptor)


def _stall_of(ended: EndedStall) -> MonitorStall:
    names = {thread.native_id: thread.name for thread in system_threads()}

    def thread_of(
        ident: int, native_id: int, name: str, frame: tuple[str, int, str] | None
    ) -> StallThread:
        shown = names.get(native_id, name) or None
        return StallThread(shown, ident, native_id, None if frame is None else Frame(*frame))

    frames = ended["frames"]
    return MonitorStall(
        seconds=ended["waited_ns"] * 1e-9,
        held_seconds=ended["held_ns"] * 1e-9,
        started_timestamp=ended["wall_ns"] * 1e-9,
        holder=thread_of(*ended["holder"], frames[0] if frames else None),
        callable=ended["callable"],
        task=ended["task"],
        is_collection=ended["is_collection"],
        frames=tuple(Frame(*frame) for frame in frames),
        frames_omitted=ended["frames_omitted"],
        waiters=ended["waiters"],
        waiting=tuple(thread_of(*waiter) for waiter in ended["waiting"]),
        missed=ended["missed"],
    )
