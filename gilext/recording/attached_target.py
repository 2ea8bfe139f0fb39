"""The side of the process that attaches: sends the script, waits for its report, gets the file."""

from __future__ import annotations

import ast
import os
import select
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from gilext._native import UnsupportedInterpreter, open_recording
from gilext._native import __file__ as _LIBRARY
from gilext.core.environment import info
from gilext.recording import attached
from gilext.recording.files import recording_in
from gilext.recording.other_process import check_process, refusal, tasks_of, thread_name
from gilext.recording.results import Recording

PATIENCE_SECONDS = 10.0
_STEP_SECONDS = 0.005
_END_SECONDS = 10.0
_END_STEP_SECONDS = 0.2
_MAX_REPORT = 1 << 20
# The folder may be another user's, to whom root attaches: what is in it could lead elsewhere.
_OF_ANOTHER = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FUTURE = "from __future__ import annotations\n"  # a module, and of no use since 3.14


class AttachedTarget:
    """A process that is asked to record itself.

    All that both share is a folder, which is gone as soon as the recording has begun: from then on
    this process has the recording's file open, and a pipe. The other end of the pipe is closed when
    the recording has ended, however it has.
    """

    def __init__(self, process: int, arguments: tuple[Any, ...], seconds: float) -> None:
        self._process = process
        self._arguments = arguments
        self._seconds = seconds
        self._pipe = self._file = self._process_file = -1
        self._names: dict[int, str] = {}
        self._named: set[int] = set()  # by their numbers here
        self._said: dict[str, Any] = {}

    def __enter__(self) -> AttachedTarget:
        """Keep it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close what is open: that ends the recording at the latest."""
        for descriptor in (self._pipe, self._file, self._process_file):
            if descriptor >= 0:
                os.close(descriptor)
        self._pipe = self._file = self._process_file = -1

    def begin(self) -> None:
        """Have the process begin to record."""
        folder = tempfile.mkdtemp(prefix="gilext-")
        try:
            self._process_file = os.pidfd_open(self._process)
            self._fill(folder)
            self._send(f"{folder}/script.py")
            try:
                self._await_report(Path(folder, "report"))
            except BaseException:
                self._withdraw()
                raise
            self._open_what_was_made(folder)
        except BaseException:
            with self:
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def has_ended(self, patience: float) -> bool:
        """Wait for the given seconds, and return whether the recording has ended by then."""
        self._note_names()
        polled = select.poll()
        polled.register(self._pipe, 0)
        polled.register(self._process_file, select.POLLIN)
        return bool(polled.poll(patience * 1000))

    def end(self) -> Recording:
        """End the recording, and return it."""
        with suppress(OSError):  # it has ended
            os.write(self._pipe, b".")
        self._await_end()
        recording = recording_in(self._path, self._names)
        said, process = self._said, recording.process
        environment = replace(
            info(),
            python_version=said["version"],
            gil_enabled=said["gil_enabled"],
            switch_interval_seconds=said["switch_interval"],
        )
        if process is not None:
            process = replace(
                process,
                parent_pid=said["parent_pid"],
                command=tuple(said["command"]),
                origin="attach",
            )
        return replace(recording, environment=environment, process=process)

    @property
    def _path(self) -> str:
        return f"/proc/self/fd/{self._file}"

    def _await_end(self) -> None:
        """Wait until the thread that recorded is gone.

        The pipe's other end is closed right before; but a child that was forked may keep it open.
        """
        deadline = time.monotonic() + _END_SECONDS
        while not self.has_ended(_END_STEP_SECONDS) and time.monotonic() < deadline:
            if open_recording(self._path)[2]["is_ended"]:
                break
        while self._said["thread"] in tasks_of(self._process) and time.monotonic() < deadline:
            time.sleep(_STEP_SECONDS)

    def _fill(self, folder: str) -> None:
        source = Path(attached.__file__).read_text(encoding="utf-8").replace(_FUTURE, "")
        call = (folder, _LIBRARY, self._arguments, self._seconds)
        script = Path(folder, "script.py")
        script.write_text(f"{source}\n\nattach(*{call!r})\n", encoding="utf-8")
        os.mkfifo(f"{folder}/end", 0o600)
        self._pipe = os.open(f"{folder}/end", os.O_RDWR | os.O_NONBLOCK)
        owner = Path(f"/proc/{self._process}").stat()
        if owner.st_uid != os.geteuid():
            for path in (script, f"{folder}/end", folder):  # from then on, it may change the others
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

    def _send(self, script: str) -> None:
        try:
            sys.remote_exec(self._process, script)  # type: ignore[attr-defined]
        except RuntimeError as error:
            raise self._explained(error) from error
        except OSError as error:
            raise refusal(self._process, error) from error

    def _explained(self, error: RuntimeError) -> Exception:
        """Return what to raise for what the interpreter says, which names neither process."""
        process, said = check_process(self._process), str(error)
        causes: list[BaseException | None] = [error.__cause__, error.__context__]
        for cause in causes:
            if isinstance(cause, PermissionError):
                return refusal(process, cause)
        if "not enabled in the remote process" in said:
            return RuntimeError(
                f"process {process} forbids attaching: it was started with "
                "PYTHON_DISABLE_REMOTE_DEBUG or -X disable-remote-debug"
            )
        if "not enabled" in said:
            return RuntimeError(
                "this process may not attach to others: it was started with "
                "PYTHON_DISABLE_REMOTE_DEBUG or -X disable-remote-debug, or its Python was built "
                "without remote debugging"
            )
        if "PyRuntime" in said:
            return UnsupportedInterpreter(
                f"process {process} runs no Python that one can attach to"
            )
        return UnsupportedInterpreter(f"process {process} can't be attached to: {said}")

    def _await_report(self, report: Path) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not report.exists():
            check_process(self._process)
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"the main thread of process {self._process} didn't come to run gilext's "
                    f"script in {PATIENCE_SECONDS:g} s: it may be in a call that doesn't return. "
                    f"`gilext dump {self._process}` says where it is"
                )
            time.sleep(_STEP_SECONDS)
        with open(os.open(report, _OF_ANOTHER), encoding="utf-8") as file:
            self._said = ast.literal_eval(file.read(_MAX_REPORT))

    def _withdraw(self) -> None:
        """Have the process run an empty file instead of the script, if it comes to it later."""
        with suppress(OSError, RuntimeError):
            sys.remote_exec(self._process, os.devnull)  # type: ignore[attr-defined]

    def _open_what_was_made(self, folder: str) -> None:
        if "refused" in self._said:
            raise self._refused()
        self._file = os.open(f"{folder}/recording.gilext", _OF_ANOTHER)
        # Of a pipe that is open for writing alone, the system says when its reader is gone.
        writing = os.open(f"/proc/self/fd/{self._pipe}", os.O_WRONLY | os.O_NONBLOCK)
        os.close(self._pipe)
        self._pipe = writing
        while open_recording(self._path)[0].totals()["samples"] == 0:
            if self.has_ended(_STEP_SECONDS):
                break

    def _refused(self) -> Exception:
        reason, process = self._said["refused"], self._process
        if reason == "attached":
            return RuntimeError(f"another gilext is attached to process {process}")
        if reason == "build":
            return UnsupportedInterpreter(
                f"process {process} runs another build of CPython than this one: its extension "
                f"modules end with {self._said['suffix']}"
            )
        return RuntimeError(f"process {process} can't record: {self._said['error']}")

    def _note_names(self) -> None:
        for native_id, task in tasks_of(self._process, self._named).items():
            name = thread_name(self._process, task)
            if name is not None:
                self._names[native_id] = name
                self._named.add(task)
