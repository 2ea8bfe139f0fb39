"""What a dump of a process says: who holds its GIL, who waits for it, and where each thread is."""

from __future__ import annotations

from dataclasses import dataclass

from gilext.core.report import Column, Place, Report, Table, counted
from gilext.core.results import Result
from gilext.recording.culprits import short_file
from gilext.recording.parts import Frame

_SAID = {
    "holds": "holds the GIL",
    "waits": "waits for the GIL",
    "other": "neither holds the GIL nor waits for it",
    "attached": "attached",
    "detached": "detached",
    "stopped": "stopped, like the world",
    None: "may wait for the GIL: unknown",
}


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What a thread of another process was doing.

    Attributes
    ----------
    name : str or None
        Its name, if the operating system knows it: up to 15 bytes, and before CPython 3.14 only
        names that the program passed to the system. None if it has none.
    ident, native_id : int
        As `threading.get_ident` and `threading.get_native_id` return them there.
    interpreter : int
        The interpreter that it belongs to; 0 is the main one.
    state : str or None
        ``"holds"``, ``"waits"`` or ``"other"``: whether it holds the GIL, waits for it, or neither.
        Without a GIL, ``"attached"``, ``"detached"`` or ``"stopped"``. None if it is unknown.
    frames : tuple of Frame or None
        Its Python stack, the innermost frame first; None if it couldn't be read.
    is_truncated : bool
        Whether there are more frames, further out.
    callable : str or None
        The C function that the innermost frame calls, on CPython 3.14 and later; None if there is
        none, or it is unknown.
    """

    name: str | None
    ident: int
    native_id: int
    interpreter: int
    state: str | None
    frames: tuple[Frame, ...] | None
    is_truncated: bool
    callable: str | None

    def table(self) -> Table:
        """Return its stack, under what it does."""
        name = (
            f"thread {self.native_id}" if self.name is None else f"{self.name} ({self.native_id})"
        )
        within = f" of interpreter {self.interpreter}" if self.interpreter else ""
        called = f", calling {self.callable}" if self.callable else ""
        frames = self.frames or ()
        rows = [(Place(short_file(one.file), one.line, one.function, "  "),) for one in frames]
        return Table(
            (Column(is_text=True),),
            tuple(rows),
            title=f"{name}{within}: {_SAID.get(self.state, self.state)}{called}",
            rest=self._rest(),
        )

    def _rest(self) -> str:
        if self.frames is None:
            return "  its frames couldn't be read"
        if not self.frames:
            return "  no Python frame"
        return "  and frames further out" if self.is_truncated else ""


@dataclass(frozen=True, slots=True)
class Dump(Result):
    """Who held the GIL of a process and who waited for it, at one moment.

    Attributes
    ----------
    process : int
        Its number.
    command : tuple of str
        What it runs; empty if unknown.
    python_version : str
        The version of its interpreter.
    has_gil : bool
        Whether it has a GIL.
    threads : tuple of ThreadState
        The threads that Python knows, the holder first, then those that wait.
    native_threads : int
        How many threads Python doesn't know.
    is_consistent : bool
        Whether two readings in a row found the same. If not, the process went on while it was
        read, and its threads are shown at slightly different moments.
    """

    process: int
    command: tuple[str, ...]
    python_version: str
    has_gil: bool
    threads: tuple[ThreadState, ...]
    native_threads: int
    is_consistent: bool

    @property
    def holders(self) -> tuple[ThreadState, ...]:
        """The threads that hold a GIL, at most one unless interpreters have their own GILs."""
        return tuple(thread for thread in self.threads if thread.state == "holds")

    @property
    def waiters(self) -> tuple[ThreadState, ...]:
        """The threads that wait for a GIL."""
        return tuple(thread for thread in self.threads if thread.state == "waits")

    def report(self) -> Report:
        """Return who holds and who waits, and then each thread's stack."""
        count = counted(len(self.threads), "thread")
        notes = []
        if self.native_threads:
            notes.append(f"Beyond these, {counted(self.native_threads, 'thread')} without Python.")
        if not self.is_consistent:
            notes.append(
                "The process went on while it was read: what is said of its threads is of slightly "
                "different moments."
            )
        return Report(
            title=f"{self._verdict()} ({count})",
            place=f"process {self.process}, CPython {self.python_version}: "
            f"{' '.join(self.command) or 'its command is unknown'}",
            body=tuple(thread.table() for thread in self.threads),
            notes=tuple(notes),
        )

    def _verdict(self) -> str:
        if not self.has_gil:
            attached = sum(thread.state == "attached" for thread in self.threads)
            return f"no GIL: {counted(attached, 'thread')} attached"
        names = [thread.name or f"thread {thread.native_id}" for thread in self.holders]
        held = f"{', '.join(names) or 'no thread'} {'hold' if len(names) > 1 else 'holds'} the GIL"
        waiting, unknown = len(self.waiters), sum(one.state is None for one in self.threads)
        if unknown:
            return f"{held}; {counted(waiting, 'thread')} or more wait for it"
        return f"{held}; {waiting or 'no thread'} wait{'s' * (waiting < 2)} for it"
