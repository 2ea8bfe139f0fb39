"""Another process on this machine: whether it runs our Python, and may be read."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Container, Iterator
from contextlib import suppress
from filecmp import cmp
from pathlib import Path
from typing import NamedTuple

from gilext._native import UnsupportedInterpreter
from gilext.core.checks import check_count

_PYTHON = re.compile(r"^(?:lib)?(?:python|pypy)(\d+\.\d+)?t?d?(?:\.so.*)?$")
_OURS = ".".join(map(str, sys.version_info[:2]))
_YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")


class _Mapping(NamedTuple):
    """A part of a process's memory, and the file that it is of: one line of /proc/PID/maps."""

    start: int
    end: int
    file: tuple[str, str]  # its device and its inode
    path: str


def check_process(process: int) -> int:
    """Return the number of a process that is there.

    Raises
    ------
    TypeError, ValueError
        If it isn't the number of a process.
    NotImplementedError
        On other systems than Linux.
    ProcessLookupError
        If there is no such process, or it has ended.
    """
    process = check_count("pid", process, 1, 2**31 - 1)
    if sys.platform != "linux":
        raise NotImplementedError("another process can be read on Linux alone")
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise ProcessLookupError(f"there is no process {process}") from None
    if stat.rpartition(")")[2].split()[0] in "ZX":
        raise ProcessLookupError(
            f"process {process} has ended, and its parent hasn't asked for its exit code yet"
        )
    return process


def command_of(process: int) -> tuple[str, ...]:
    """Return what a process runs, in words; nothing if that can't be read."""
    try:
        content = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(os.fsdecode(word) for word in content.split(b"\0")[:-1])


def shift_of(process: int) -> int:
    """Return how many bytes further up than here the interpreter's program lies in a process.

    Raises
    ------
    ProcessLookupError, PermissionError
        If the process ended, or may not be read.
    UnsupportedInterpreter
        If it doesn't run the same build of Python as this process.
    """
    own = list(_mappings(os.getpid()))
    (ours,) = (each for each in own if each.start <= id(int) < each.end)
    there = list(_mappings(process))
    files = {each.file: each for each in there if _PYTHON.match(_name(each.path))}
    same = ours.file if any(each.file == ours.file for each in there) else None
    for file, found in files.items():
        if same is None and _has_same_content(process, found.path, ours.path):
            same = file
    if same is None:
        raise UnsupportedInterpreter(_why_not_ours(process, list(files.values())))
    return _start_of(there, same) - _start_of(own, ours.file)


def refusal(process: int, error: OSError) -> OSError:
    """Return what to raise if the system didn't let us at a process: with the reason."""
    if isinstance(error, ProcessLookupError):
        return ProcessLookupError(f"process {process} has ended")
    if not isinstance(error, PermissionError):
        return OSError(f"process {process} can't be read: {error.strerror}")
    said = f"no right to read process {process}"
    try:
        owner = Path(f"/proc/{process}").stat().st_uid
        scope = int(_YAMA.read_text(encoding="ascii")) if _YAMA.exists() else 0
    except (OSError, ValueError):
        owner, scope = os.geteuid(), 0
    if owner != os.geteuid() and os.geteuid() != 0:
        return PermissionError(f"{said}: it is another user's. Its owner has it, or root")
    if scope:
        return PermissionError(
            f"{said}: kernel.yama.ptrace_scope is {scope}, so only root may trace a process that "
            "isn't one's own child"
        )
    return PermissionError(
        f"{said}: a container or a sandbox forbids it. In a container, the capability that it "
        "takes is SYS_PTRACE"
    )


def check_version(process: int) -> None:
    """See that a process doesn't run another version of Python, as far as its files' names tell.

    Raises
    ------
    ProcessLookupError, PermissionError
        If the process ended, or may not be read.
    UnsupportedInterpreter
        If it does.
    """
    found = [each for each in _mappings(process) if _PYTHON.match(_name(each.path))]
    if found and _version_of(found) not in (None, _OURS):
        raise UnsupportedInterpreter(_why_not_ours(process, found))


def check_right(process: int) -> None:
    """See that this process may trace another one.

    Raises
    ------
    ProcessLookupError, PermissionError
        If it may not.
    """
    try:
        os.close(os.open(f"/proc/{process}/mem", os.O_RDONLY))
    except OSError as error:
        raise refusal(process, error) from None


def sees_same_files(process: int) -> bool:
    """Return whether a file has the same name in a process as here: not in another container."""
    return os.path.samefile(f"/proc/{process}/root", "/") and (
        os.readlink(f"/proc/{process}/ns/mnt") == os.readlink("/proc/self/ns/mnt")
    )


def tasks_of(process: int, known: Container[int] = ()) -> dict[int, int]:
    """Return the numbers of a process's threads here, by those that they have in its container.

    Those whose numbers here are known already are left out.
    """
    folder, tasks = f"/proc/{process}/task", {}
    with suppress(OSError):
        for task in map(int, os.listdir(folder)):
            if task not in known:
                with suppress(OSError):  # it may end
                    status = Path(f"{folder}/{task}/status").read_text(errors="replace")
                    numbers = status.rpartition("\nNSpid:")[2].partition("\n")[0].split()
                    tasks[int(numbers[-1])] = task
    return tasks


def thread_name(process: int, task: int | None) -> str | None:
    """Return a thread's name; one without a name of its own has the name of the process."""
    if task is None or task == process:
        return None if task is None else "MainThread"
    try:
        name, of_process = (
            os.fsdecode(Path(f"/proc/{process}/task/{one}/comm").read_bytes().removesuffix(b"\n"))
            for one in (task, process)
        )
    except OSError:
        return None
    return name if name != of_process else None


def _mappings(process: int) -> Iterator[_Mapping]:
    try:
        text = Path(f"/proc/{process}/maps").read_bytes()
    except OSError as error:
        raise refusal(process, error) from None
    for line in text.splitlines():
        addresses, _, _, device, inode, *path = line.decode(errors="surrogateescape").split(None, 5)
        start, end = (int(address, 16) for address in addresses.split("-"))
        if inode != "0":
            yield _Mapping(start, end, (device, inode), path[0] if path else "")


def _start_of(mappings: list[_Mapping], file: tuple[str, str]) -> int:
    return min(each.start for each in mappings if each.file == file)


def _name(path: str) -> str:
    return path.removesuffix(" (deleted)").rpartition("/")[2]


def _has_same_content(process: int, there: str, here: str) -> bool:
    """Return whether two files are equal: a container has files of its own."""
    try:
        return cmp(f"/proc/{process}/root{there}", here, shallow=False)
    except OSError:
        return False


def _why_not_ours(process: int, found: list[_Mapping]) -> str:
    if not found:
        return f"process {process} runs no Python that gilext could find"
    version, path = _version_of(found), found[0].path
    if version in (None, _OURS):
        kind = f"another build of Python than this one, {platform.python_version()}"
    else:
        kind = f"Python {version}, and this is {_OURS}"
    return f"process {process} runs {kind}: {path}. Run gilext with the same interpreter"


def _version_of(found: list[_Mapping]) -> str | None:
    versions = [match[1] for each in found if (match := _PYTHON.match(_name(each.path)))]
    return next(filter(None, versions), None)
