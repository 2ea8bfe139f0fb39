"""What runs in a process that `gilext.attach` records: its text is sent there, and a line that calls.

So it imports nothing of gilext, and little else. Nothing of it stays: it is no module there, the
extension module isn't in ``sys.modules``, and of what it imports, what wasn't there is taken away.

The recording is made in one thread, which waits for the end without the GIL. The end is a pipe with
a name: there is something to read in it, or nobody has it open for writing any more, because the
process that attached was killed.
"""

from __future__ import annotations

import _imp
import _thread
import os
import sys

TYPE_CHECKING = False  # the typing module may not be loaded there
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BUILTIN = ("atexit", "gc")  # what it needs that may not be loaded there
MARK = "_gilext_attached"  # of sys, for as long as a recording goes on
FILES = ("script.py", "end", "report", "report.part", "recording.gilext")


def attach(folder: str, library: str, arguments: tuple[Any, ...], seconds: float) -> None:
    """Begin to record, in a thread of its own; what comes of it is reported in the folder."""
    mark = [os.getpid(), None]
    other = sys.__dict__.setdefault(MARK, mark)
    if other[0] != os.getpid():  # this process was forked from one that was recorded
        forget_collections(other[1])
        sys.__dict__[MARK] = other = mark
    if other is not mark:
        report(folder, refused="attached")
        return
    try:
        _thread.start_new_thread(record, (folder, library, arguments, seconds, mark))
    except BaseException as error:
        sys.__dict__.pop(MARK, None)
        report(folder, refused="error", error=f"{type(error).__name__}: {error}")


def record(
    folder: str, library: str, arguments: tuple[Any, ...], seconds: float, mark: list[Any]
) -> None:
    """Record, unless the process that attached has gone."""
    try:
        end = os.open(f"{folder}/end", os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        sys.__dict__.pop(MARK, None)
        return
    try:
        if is_there(end):
            record_until(end, folder, library, arguments, seconds, mark)
    except BaseException as error:
        report(folder, refused="error", error=f"{type(error).__name__}: {error}")
    sys.__dict__.pop(MARK, None)
    if not is_there(end):
        remove(folder)
    os.close(end)


def record_until(
    end: int,
    folder: str,
    library: str,
    arguments: tuple[Any, ...],
    seconds: float,
    mark: list[Any],
) -> None:
    """Record until the end, and take back what that took."""
    if not library.endswith(_imp.extension_suffixes()[0]):
        report(folder, refused="build", suffix=_imp.extension_suffixes()[0])
        return
    if hasattr(_thread, "set_name"):
        _thread.set_name("gilext attach")
    spec = type(sys.__spec__)("gilext._native", None, origin=library)
    native = _imp.create_dynamic(spec)
    _imp.exec_dynamic(native)
    sampler = native.Sampler(*arguments, file=f"{folder}/recording.gilext")
    note_threads(sampler)
    missing = [name for name in BUILTIN if name not in sys.modules]
    atexit, gc = map(__import__, BUILTIN)
    mark[1] = sampler.note_collection
    gc.callbacks.append(sampler.note_collection)
    atexit.register(sampler.stop)
    try:
        report(
            folder,
            command=sys.orig_argv,
            parent_pid=os.getppid(),
            thread=_thread.get_native_id(),
            version=".".join(map(str, sys.version_info[:3])),
            gil_enabled=sys._is_gil_enabled(),  # type: ignore[attr-defined]
            switch_interval=sys.getswitchinterval(),
        )
        sampler.record_until(end, seconds)
    finally:
        forget_collections(sampler.note_collection)
        atexit.unregister(sampler.stop)
        for name in missing:
            sys.modules.pop(name, None)
    note_threads(sampler)


def note_threads(sampler: Any) -> None:
    """Note the names of the threads that there are, if the program knows the module for them."""
    threading = sys.modules.get("threading")
    for thread in () if threading is None else threading.enumerate():
        if thread.native_id is not None:
            note = f'{{"native_id": {thread.native_id}, "name": {quoted(thread.name)}}}'
            sampler.write_note("thread", note.encode())


def quoted(text: str) -> str:
    """Return a text as JSON has it; the module for that may not be loaded here."""
    units = []
    for code in map(ord, text):
        high = code - 0x10000
        units += [code] if high < 0 else [0xD800 + (high >> 10), 0xDC00 + (high & 0x3FF)]
    return '"' + "".join(f"\\u{unit:04x}" for unit in units) + '"'


def forget_collections(callback: Any) -> None:
    """Have the garbage collector call back no longer, if it still does."""
    callbacks = __import__("gc").callbacks
    if callback in callbacks:
        callbacks.remove(callback)


def is_there(end: int) -> bool:
    """Return whether the process that attached still has the pipe open."""
    try:
        return os.read(end, 1) != b""
    except BlockingIOError:
        return True


def report(folder: str, **said: Any) -> None:
    """Say what came of it, unless the folder was taken away."""

    def write() -> None:
        with open(f"{folder}/report.part", "w", encoding="utf-8") as file:
            file.write(repr(said))
        os.rename(f"{folder}/report.part", f"{folder}/report")

    quietly(write)


def remove(folder: str) -> None:
    """Remove the folder, which no other process will."""
    for name in FILES:
        quietly(os.unlink, f"{folder}/{name}")
    quietly(os.rmdir, folder)


def quietly(function: Callable[..., None], *arguments: str) -> None:
    """Call a function of the system, and ignore its failure: there is no one to report it to."""
    try:  # noqa: SIM105 - contextlib may not be loaded there
        function(*arguments)
    except OSError:
        pass
