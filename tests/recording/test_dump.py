"""Who holds the GIL of another process and who waits for it, read from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import gilext
from gilext import Dump, UnsupportedInterpreter
from gilext._native import Sampler, read_process, where_blocked
from gilext.recording import dump as dump_module
from gilext.recording import other_process

SCRIPT = Path(__file__).parent.parent / "children" / "dumped.py"
DEADLINE_SECONDS = 60

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are read on Linux alone"),
]
counts_waiters = pytest.mark.skipif(
    sys.platform == "linux" and not Sampler(1.0, 0.0, 0.0, 0).counts_waiters,
    reason="waiters are unknown here",
)
names_threads = pytest.mark.skipif(
    sys.version_info < (3, 14), reason="this Python doesn't tell the system the names of threads"
)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a program, which is killed in the end."""
    started = []

    def start_one(*command: object) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        return child

    yield start_one
    for child in started:
        child.kill()
        child.communicate()


@pytest.fixture
def start_dumped(start: Start) -> Callable[[str], subprocess.Popen[str]]:
    """Start the script, and wait until it says that its threads are there."""

    def start_script(mode: str) -> subprocess.Popen[str]:
        child = start(sys.executable, SCRIPT, mode)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            gilext.dump(child.pid)
        except PermissionError as error:
            pytest.skip(str(error))
        return child

    return start_script


def awaited(child: subprocess.Popen[str], holds: Callable[[Dump], bool]) -> Dump:
    """Return the first dump of which something is true."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not holds(found := gilext.dump(child.pid)):
        assert time.monotonic() < end, str(found)
    return found


def innermost(found: Dump) -> dict[str, list[str | None]]:
    """Return the states of threads by what the line of the script says that each is at."""
    source = SCRIPT.read_text(encoding="utf-8").splitlines()
    states: dict[str, list[str | None]] = {}
    for thread in found.threads:
        assert thread.frames is not None
        own = next(frame for frame in thread.frames if frame.file == str(SCRIPT))
        states.setdefault(source[own.line - 1].strip(), []).append(thread.state)
    return states


# -- what is found --------------------------------------------------------------------------


@pytest.mark.with_gil
@counts_waiters
def test_a_stuck_process_says_who_holds_and_who_waits(
    start_dumped: Callable[[str], subprocess.Popen[str]],
) -> None:
    child = start_dumped("hold")
    found = awaited(child, lambda found: len(found.waiters) == 2)
    assert innermost(found) == {
        "gilext.hold_for(1000)  # held here": ["holds"],
        "time.sleep(0.001)": ["waits", "waits"],
        "never.acquire()": ["other", "other"],
    }
    assert found.process == child.pid
    assert found.command == (sys.executable, str(SCRIPT), "hold")
    assert found.has_gil
    assert found.native_threads == 0


@pytest.mark.with_gil
@counts_waiters
def test_a_process_in_which_nobody_wants_the_gil_says_so(
    start_dumped: Callable[[str], subprocess.Popen[str]],
) -> None:
    child = start_dumped("release")
    line = "gilext.release_for(1000)  # released here"
    found = awaited(child, lambda found: line in innermost(found))
    assert {one.state for one in found.threads} == {"other"}
    assert found.holders == found.waiters == ()
    assert found.report().title == "no thread holds the GIL; no thread waits for it (5 threads)"


@pytest.mark.without_gil
def test_without_a_gil_threads_are_attached_or_detached(
    start_dumped: Callable[[str], subprocess.Popen[str]],
) -> None:
    child = start_dumped("hold")
    line = "gilext.hold_for(1000)  # held here"
    found = awaited(child, lambda found: innermost(found).get(line) == ["attached"])
    assert not found.has_gil
    assert innermost(found)["never.acquire()"] == ["detached", "detached"]


@pytest.mark.with_gil
@counts_waiters
def test_what_does_not_change_is_read_twice_alike(
    start_dumped: Callable[[str], subprocess.Popen[str]],
) -> None:
    child = start_dumped("release")
    found = awaited(child, lambda found: found.is_consistent)
    assert "slightly different moments" not in str(found)


def test_what_changed_while_it_was_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    switches = iter(range(1000))

    def read(process: int, shift: int) -> object:
        gils, threads = read_process(process, shift)
        for gil in gils:
            gil["switches"] = next(switches)
        return gils, threads

    monkeypatch.setattr(dump_module, "read_process", read)
    found = gilext.dump(os.getpid())
    assert not found.is_consistent
    assert "slightly different moments" in str(found)


@names_threads
def test_threads_have_their_names(
    start_dumped: Callable[[str], subprocess.Popen[str]],
) -> None:
    found = gilext.dump(start_dumped("release").pid)
    names = ["MainThread", "caller", "first", "idle", "second"]
    assert sorted(str(thread.name) for thread in found.threads) == names


def test_numbers_are_those_that_threads_have_themselves() -> None:
    found = gilext.dump(os.getpid())
    own = {thread.ident: thread.native_id for thread in threading.enumerate()}
    assert {thread.ident: thread.native_id for thread in found.threads}.items() >= own.items()


@pytest.mark.with_gil
def test_a_process_can_dump_itself() -> None:
    (holder,) = gilext.dump(os.getpid()).holders
    assert holder.ident == threading.get_ident()
    assert holder.frames is not None
    assert test_a_process_can_dump_itself.__name__ in {frame.function for frame in holder.frames}


def test_dumping_over_and_over_a_process_that_runs_disturbs_nobody(start: Start) -> None:
    code = (
        "import threading\n"
        "def spin():\n"
        "    while True: pass\n"
        "for _ in range(3): threading.Thread(target=spin, daemon=True).start()\n"
        "def recurse(depth): return depth and recurse(depth - 1)\n"
        "print('ready', flush=True)\n"
        "while input() != 'end': [threading.Thread(target=recurse, args=(i,)).start()"
        " for i in range(5)]\n"
    )
    child = start(sys.executable, "-c", code)
    assert child.stdin is not None and child.stdout is not None
    child.stdout.readline()
    for _ in range(20):
        child.stdin.write("go on\n")
        child.stdin.flush()
        assert gilext.dump(child.pid).threads
    assert child.poll() is None


# -- waiters that were woken and have no core yet ---------------------------------------------


@pytest.mark.parametrize(
    ("waiters", "states"),
    [
        (0, ["holds", "other", "other"]),
        (1, ["holds", None, None]),
        (2, ["holds", "waits", "waits"]),
        (None, ["holds", None, None]),
    ],
)
def test_one_that_runs_waits_only_if_it_must(
    waiters: int | None, states: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    gil = {"gil": 1, "is_enabled": True, "holder": 10, "switches": 5, "waiters": waiters}
    threads = [
        {"state": 10 * i, "interpreter": 0, "gil": 1, "ident": i, "native_id": i, "attachment": 0}
        | {"wants": None, "stack": ([], False, None)}
        for i in (1, 2, 3)
    ]
    monkeypatch.setattr(dump_module, "read_process", lambda *_: ([gil], threads[::-1]))
    monkeypatch.setattr(dump_module, "where_blocked", lambda *_: "runs")
    found = gilext.dump(os.getpid())
    assert [thread.state for thread in sorted(found.threads, key=lambda one: one.ident)] == states


def test_where_an_unknown_thread_is_blocked_is_unknown() -> None:
    assert where_blocked(os.getpid(), 0, 0) is None


# -- what can't be dumped ---------------------------------------------------------------------


def test_a_process_that_is_not_there_is_said(start: Start) -> None:
    child = start(sys.executable, "-c", "")
    child.communicate()
    with pytest.raises(ProcessLookupError, match=f"there is no process {child.pid}"):
        gilext.dump(child.pid)
    with pytest.raises(OSError):
        read_process(child.pid, 0)


def test_a_process_that_ended_and_was_not_waited_for_is_said(start: Start) -> None:
    child = start(sys.executable, "-c", "")
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(ProcessLookupError, match=f"process {child.pid} has ended"):
        gilext.dump(child.pid)


def test_a_process_without_python_is_said(start: Start) -> None:
    child = start("cat")
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write("ready\n")
    child.stdin.flush()
    child.stdout.readline()  # it is no fork of this process any more
    with pytest.raises(UnsupportedInterpreter, match=f"process {child.pid} runs no Python"):
        gilext.dump(child.pid)


def other_versions() -> Iterator[tuple[str, str]]:
    """Yield other versions of Python on this machine, and their paths."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    siblings = Path(sys.base_prefix).parent.glob("*/bin/python3.*")
    on_path = (shutil.which(f"python3.{minor}") for minor in range(6, 16))
    for path in [*map(str, siblings), *filter(None, on_path)]:
        version = Path(path).name.removeprefix("python")
        if version.replace(".", "").isdigit() and version != own:
            yield version, path


def start_another_version(start: Start) -> tuple[str, subprocess.Popen[str]]:
    for version, path in other_versions():
        child = start(path, "-c", "print('ready', flush=True); input()")
        assert child.stdout is not None
        if child.stdout.readline() == "ready\n":
            return version, child
    pytest.skip("there is no other version of Python here")


def test_a_process_of_another_version_is_said(start: Start) -> None:
    version, child = start_another_version(start)
    own = ".".join(map(str, sys.version_info[:2]))
    words = f"process {child.pid} runs Python {version}, and this is {own}"
    with pytest.raises(UnsupportedInterpreter, match=words):
        gilext.dump(child.pid)
    if hasattr(sys, "remote_exec"):
        with pytest.raises(UnsupportedInterpreter, match=words):
            gilext.attach(child.pid)


def test_a_process_of_another_build_is_said(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that differs may have another layout, whatever its version."""
    monkeypatch.setattr(other_process, "_has_same_content", lambda *_: False)
    mappings = other_process._mappings

    def as_another_file(process: int) -> Iterator[object]:
        for each in mappings(process):
            yield each if process == os.getpid() else each._replace(file=("0", each.file[1]))

    monkeypatch.setattr(other_process, "_mappings", as_another_file)
    child = start(sys.executable, "-c", "print('ready', flush=True); input()")
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(UnsupportedInterpreter, match="runs another build of Python"):
        gilext.dump(child.pid)


def test_a_copy_of_the_same_program_file_is_as_good(
    start_dumped: Callable[[str], subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container: the file has other numbers there."""
    mappings = other_process._mappings

    def as_another_file(process: int) -> Iterator[object]:
        for each in mappings(process):
            yield each if process == os.getpid() else each._replace(file=("0", each.file[1]))

    monkeypatch.setattr(other_process, "_mappings", as_another_file)
    assert len(gilext.dump(start_dumped("release").pid).threads) == 5


@pytest.mark.parametrize(
    ("owner_is_other", "scope", "words"),
    [
        (True, "0", "it is another user's"),
        (False, "1", "ptrace_scope is 1"),
        (False, "0", "SYS_PTR"),
    ],
)
def test_a_missing_right_is_explained(
    owner_is_other: bool,
    scope: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "scope").write_text(scope)
    monkeypatch.setattr(other_process, "_YAMA", tmp_path / "scope")
    if owner_is_other:
        user = Path("/proc/self").stat().st_uid + 1
        monkeypatch.setattr(os, "geteuid", lambda: user)

    def refuse(process: int, shift: int) -> object:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(dump_module, "read_process", refuse)
    with pytest.raises(PermissionError, match=words):
        gilext.dump(os.getpid())


@pytest.mark.parametrize(
    ("pid", "error"),
    [(0, ValueError), (-1, ValueError), (2**31, ValueError), ("1", TypeError), (1.5, TypeError)],
)
def test_what_is_no_number_of_a_process_is_refused(pid: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="'pid'"):
        gilext.dump(pid)  # type: ignore[arg-type]


# -- the command ------------------------------------------------------------------------------


def gilext_dump(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "gilext", "dump", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
    )


@pytest.mark.with_gil
@counts_waiters
def test_the_command_prints_who_holds_and_where(
    start_dumped: Callable[[str], subprocess.Popen[str]],
) -> None:
    child = start_dumped("hold")
    awaited(child, lambda found: len(found.waiters) == 2)
    done = gilext_dump(child.pid)
    assert (done.returncode, done.stderr) == (0, "")
    first, *_ = lines = done.stdout.splitlines()
    assert first.endswith("holds the GIL; 2 wait for it (5 threads)")
    (place,) = (index for index, line in enumerate(lines) if ": holds the GIL" in line)
    assert lines[place + 1].endswith(" call")
    assert done.stdout.count("waits for the GIL") == 2


def test_the_command_prints_json(
    start_dumped: Callable[[str], subprocess.Popen[str]],
) -> None:
    child = start_dumped("release")
    said = json.loads(gilext_dump(child.pid, "--json").stdout)
    assert said["process"] == child.pid
    assert len(said["threads"]) == 5


def test_the_command_ends_with_one_line_if_it_can_not(start: Start) -> None:
    child = start(sys.executable, "-c", "")
    child.send_signal(signal.SIGKILL)
    child.communicate()
    done = gilext_dump(child.pid)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"gilext: there is no process {child.pid}\n"
