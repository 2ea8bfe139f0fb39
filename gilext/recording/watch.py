"""``gilext.watch()``: record who holds the GIL while a block runs."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from os import PathLike, fsdecode, fspath
from types import TracebackType
from typing import Any

from gilext._native import Sampler
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.core.results import Result
from gilext.recording.exits import forget, stop_at_exit, stop_noting
from gilext.recording.fork_warnings import expect_forks
from gilext.recording.notes import note_process, note_thread, note_unwatched
from gilext.recording.recorded import recording_of_sampler
from gilext.recording.results import Recording
from gilext.recording.snapshot import Snapshot
from gilext.recording.thread_names import ThreadNames
from gilext.recording.unwatched import ended_children_cpu_seconds, why_unwatched
from gilext.recording.views import threads_of
from gilext.recording.without_gil import with_attached, without_gil_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gilext.recording.children import Children

DEFAULT_INTERVAL = 200e-6
DEFAULT_STALLS = 0.02
DEFAULT_MEMORY = 64 << 20

DEFAULT_BUDGET = 0.01
_NO_LIMIT = 0.0
_SHORTEST_INTERVAL = 10e-6
_LONGEST_INTERVAL = 1.0


class Watch:
    """A watch over one block; see `watch`.

    After the block, `recording` is the `Recording`, and its attributes are also attributes of this
    object. A forked child has no part in it: leaving the block there does nothing.
    """

    def __init__(
        self,
        interval: float,
        stalls: float | None,
        memory: int,
        lines: bool,
        budget: float,
        file: str | bytes | None = None,
        children: Children | None = None,
    ) -> None:
        self._interval = interval
        self._stalls = stalls
        self._memory = memory
        self._lines = lines
        self._budget = budget
        self._file = file
        self._children = children
        self.counts_own_requests = False  # of the GIL: those of gilext itself
        self._lock = threading.RLock()  # a signal handler may end what its thread is ending
        self._names = ThreadNames()
        self._sampler: Sampler | None = None
        self._process = 0
        self._children_cpu_seconds = 0.0  # when it began
        self._has_ended = False
        self._forget_collections: weakref.finalize[[Callable[..., None]], Watch] | None = None
        self._recording: Recording | None = None

    def __enter__(self) -> Watch:
        """Start watching.

        Raises
        ------
        RuntimeError
            When it has been used before.
        OSError
            When its file can't be made.
        UnsupportedInterpreter
            When the layout of the interpreter's GIL is unknown.
        """
        with self._lock:
            if self._sampler is not None:
                raise RuntimeError("a watch can be used only once")
            try:
                if self._children is not None:
                    self._children.begin()
                    self._file = self._file or self._children.own_file
                self._sampler = self._new_sampler()
            except BaseException:
                self._leave_children()
                raise
            try:
                self._process = os.getpid()
                self._children_cpu_seconds = ended_children_cpu_seconds()
                if self._file is not None:
                    environment = json.dumps(info().to_dict())
                    note_process(self._sampler, "run", self._lines, environment)
                    self._names.keep = partial(note_thread, self._sampler)
                self._names.listen()
                stop_at_exit(self)
                expect_forks()
                self._sampler.start()
                if self._lines:
                    self._note_collections(self._sampler)
            except BaseException:
                self._end()
                raise
        return self

    def _new_sampler(self) -> Sampler:
        return Sampler(
            *self.settings, lines=self._lines, own=self.counts_own_requests, file=self._file
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop watching, and work out the recording; a second time, nothing happens.

        Raises
        ------
        RuntimeError
            When the block has not begun.
        """
        if self._sampler is None:
            raise RuntimeError("a watch can't end before its block has begun")
        try:
            self._end()
        except BaseException:
            self._end()  # a signal handler has raised, and may have done so halfway
            raise
        if not self._is_in_child():
            _ = self.recording

    @property
    def settings(self) -> tuple[float, float, float, int]:
        """What its sampler is made with, as interval, budget, stall and memory."""
        return self._interval, self._budget, self._stalls or 0.0, self._memory

    def stop(self) -> None:
        """Stop watching, without a recording, because the interpreter ends inside the block."""
        if self._sampler is not None:
            self._sampler.stop()
        if self._children is not None:
            self._children.end()  # what they have recorded stays for a recording that still comes

    def _leave_children(self) -> None:
        if self._children is not None:
            self._children.end()
            self._children.close()

    def _note_collections(self, sampler: Sampler) -> None:
        gc.callbacks.append(sampler.note_collection)
        # Also for a watch that is dropped: the list would keep its sampler at work.
        self._forget_collections = weakref.finalize(self, stop_noting, sampler.note_collection)
        self._forget_collections.atexit = False

    def _end(self) -> None:
        assert self._sampler is not None
        with self._lock:
            self._sampler.stop()
            if self._children is not None:
                self._children.end()
            if self._forget_collections is not None:
                self._forget_collections()
            self._names.stop()
            forget(self)
            self._has_ended = True

    def _is_in_child(self) -> bool:
        return self._sampler is not None and os.getpid() != self._process

    def name_thread(self, native_id: int, name: str) -> None:
        """Name a thread that `threading` doesn't know."""
        self._names.name(native_id, name)

    @property
    def recording(self) -> Recording:
        """The recording, once the block has ended.

        Raises
        ------
        RuntimeError
            Before that, and in a forked child.
        """
        if self._is_in_child():
            raise RuntimeError(
                "the recording is the parent's: this process was forked inside the watched block; "
                "watch in the child to record the child"
            )
        with self._lock:
            if self._sampler is None or not self._has_ended:
                raise RuntimeError("the recording is available after the with block")
            if self._recording is None:
                self._recording = self._record(self._sampler)
                if self._children is not None:
                    start_ns = self._sampler.totals()["start_ns"]
                    self._recording = self._children.add_to(self._recording, start_ns)
                    self._children.close()
            return self._recording

    def snapshot(self) -> Snapshot:
        """Return what was seen so far, while the block runs.

        Raises
        ------
        RuntimeError
            Before the block, and in a forked child.
        """
        if self._sampler is None or self._is_in_child():
            raise RuntimeError("there is nothing to see outside the watched block")
        threads = threads_of(self._sampler, self._names.by_native_id())
        world = self._sampler.attached()
        totals = self._sampler.totals()  # after the threads, so that none held more than there was
        seconds = (totals["end_ns"] - totals["start_ns"]) * 1e-9
        without = without_gil_of(world, seconds)
        return Snapshot(
            seconds=seconds,
            held_seconds=sum(thread.held_seconds for thread in threads),
            by_thread=with_attached(threads, world, totals, without),
            has_gil=not without.was_always,
        )

    def __str__(self) -> str:
        """Return the recording's text, or what was seen up to now."""
        return repr(self) if self._is_unseen() else str(self._seen())

    def _repr_html_(self) -> str | None:
        return None if self._is_unseen() else self._seen()._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _is_unseen(self) -> bool:
        return self._sampler is None or self._is_in_child()

    def _seen(self) -> Result:
        return self.recording if self._has_ended else self.snapshot()

    def __getattr__(self, name: str) -> Any:
        """Look an attribute up in the recording."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            recording = self.recording
        except RuntimeError as reason:
            raise AttributeError(f"{name!r}: {reason}", name=name, obj=self) from None
        return getattr(recording, name)

    def _record(self, sampler: Sampler) -> Recording:
        children_cpu_seconds = ended_children_cpu_seconds() - self._children_cpu_seconds
        recording = recording_of_sampler(
            sampler,
            self._names.by_native_id(),
            interval=self._interval,
            stalls=self._stalls,
            lines=self._lines,
            environment=info(),
        )
        reason = why_unwatched(children_cpu_seconds)
        if reason is not None and self._children is None:
            note_unwatched(sampler, reason)
        return replace(recording, children_unavailable_reason=reason)


def is_folder(name: str | bytes) -> bool:
    """Return whether a path names a folder: there is one, or it ends with a slash."""
    return os.path.isdir(name) or not os.path.basename(name)


def watch(
    interval: float | None = None,
    stalls: float | None = DEFAULT_STALLS,
    memory: int = DEFAULT_MEMORY,
    *,
    lines: bool = True,
    children: bool = False,
    budget: float | None = None,
    file: str | bytes | PathLike[str] | PathLike[bytes] | None = None,
) -> Watch:
    """Record who holds the GIL while a ``with`` block runs.

    A native thread samples the GIL at jittered intervals and never takes it.

    Parameters
    ----------
    interval : float, optional
        Mean seconds between two samples, 10e-6 to 1. By default 200e-6, or longer while every core
        is busy, to stay within the budget.
    stalls : float, optional
        A hold that makes another thread wait for at least that many seconds is a stall, and its
        Python lines are recorded; None for no stalls.
    memory : int
        Bytes for the individual holds and for the lines of stalls. A recording that needs more
        still has its totals, its longest holds and its histogram, and says since when the rest is
        missing.
    lines : bool
        Whether to record which Python lines held the GIL. Without them a sample costs less.
    children : bool
        Whether to watch also the Python processes that the block forks or starts, and those that
        they start in turn. Each has a `Recording` in the recording's `children`, with a `memory` of
        at most 16 MiB. This sets ``PYTHONPATH`` and ``GILEXT_CHILDREN`` in `os.environ` during the
        block.
    budget : float, optional
        How much of one core samples may take from the program while every core is busy, above 0
        and at most 1; the cost of a sample is measured during the watch. By default 0.01, or
        without limit if you set an `interval`, which is then kept.
    file : path-like, optional
        A file to use as the recording's memory, by convention with the suffix ``.gilext``. It is
        complete up to the last sample, however the process ends, and `load_recording` reads it. It
        may grow to twice `memory`. An existing file is replaced when the block begins. With
        `children` it may be an existing folder, or a name that ends with a slash: each process
        keeps its recording there, as ``PID.gilext``, and `load_recording` reads the folder.

    Returns
    -------
    Watch
        A context manager; its `Recording` is there when the block has ended.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    OSError
        On entering, if the file can't be made.
    UnsupportedInterpreter
        On entering, if the layout of the interpreter's GIL is unknown.
    """
    if interval is not None:
        interval = check_seconds("interval", interval, _SHORTEST_INTERVAL, _LONGEST_INTERVAL)
    if stalls is not None:
        stalls = check_seconds("stalls", stalls, 2 * (interval or DEFAULT_INTERVAL))
    memory = check_count("memory", memory, 0, sys.maxsize)
    if budget is not None:
        budget = check_seconds("budget", budget, 0.0, 1.0, is_open=True)
    else:
        budget = DEFAULT_BUDGET if interval is None else _NO_LIMIT
    interval = interval or DEFAULT_INTERVAL
    name = None if file is None else fspath(file)
    followed = None
    if children:
        from gilext.recording.children import Children  # which has each fork call something

        folder = None
        if name is not None and is_folder(name):
            folder, name = fsdecode(name), None
        followed = Children(folder, interval, stalls or 0.0, memory, bool(lines), budget)
    return Watch(interval, stalls, memory, bool(lines), budget, name, followed)
