"""Recording a process that runs already, and leaving nothing in it."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gilext
from gilext import UnsupportedInterpreter
from gilext._native import Sampler
from gilext.core.environment import info
from gilext.recording import attach as attach_module
from gilext.recording import attached_target
from gilext.recording.attach import attachment
from gilext.recording.attached import MARK, quoted
from gilext.recording.attached_target import AttachedTarget

SCRIPT = Path(__file__).parent.parent / "children" / "attached.py"
DEADLINE_SECONDS = 60
HOLDING = "gilext.hold_for(0.03)  # held here"

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="for Linux alone")
can_attach = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(sys, "remote_exec"),
    reason="attaching takes Linux and CPython 3.14",
)


class Target:
    """A process that runs the script: it does what it is told, and tells its state."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *options, SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"TMPDIR": str(folder)},
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        self.pid = self.process.pid

    def tell(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()

    def ask(self, command: str = "state") -> Any:
        self.tell(command)
        return self.answer()

    def answer(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def is_as(self, before: Any) -> bool:
        """Return whether nothing is there that wasn't; print what is."""
        after = self.ask()
        for name, value in after.items():
            if value != before[name]:
                print(name, before[name], value, sep="\n")
        return bool(after == before)

    def await_state(self, holds: Callable[[Any], bool]) -> None:
        end = time.monotonic() + DEADLINE_SECONDS
        while not holds(state := self.ask()):
            assert time.monotonic() < end, state
            time.sleep(0.01)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Target]]:
    """Start a target, whose temporary folder is this process's too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    started = []

    def start_one(*options: str) -> Target:
        target = Target(tmp_path, *options)
        started.append(target.process)
        return target

    yield start_one
    monkeypatch.setattr("tempfile.tempdir", None)
    for process in started:
        process.kill()
        print(process.communicate()[1])


@pytest.fixture
def target(start: Callable[..., Target]) -> Target:
    return start()


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-P", "-m", "gilext", "attach", *map(str, arguments)]


# -- what is recorded -------------------------------------------------------------------------


@can_attach
@pytest.mark.with_gil
def test_a_running_process_says_which_line_holds(target: Target) -> None:
    seconds, found = 0.25, set[str]()
    while not {HOLDING, "holder", "wanter"} <= found and seconds < DEADLINE_SECONDS:
        seconds *= 2  # on a busy machine they may not have had a core
        recording = gilext.attach(target.pid, seconds)
        frames = [line.frame for line in recording.lines()]
        found = {line.strip() for frame in frames if (line := line_of(frame))}
        found |= {thread.name for thread in recording.by_thread}
    assert {HOLDING, "holder", "wanter"} <= found
    assert recording.incomplete_reason is None
    process = recording.process
    assert process is not None
    assert (process.pid, process.parent_pid) == (target.pid, os.getpid())
    assert (process.origin, process.end) == ("attach", "ended")
    assert process.command[-1] == str(SCRIPT)
    assert recording.environment == info()


@can_attach
def test_what_gilext_does_there_is_not_recorded(target: Target) -> None:
    recording = gilext.attach(target.pid, 0.3)
    assert [one.name for one in recording.by_thread if "gilext" in one.name] == []
    files = {frame.file for stack in recording.stacks for frame in stack.frames}
    assert [file for file in files if "attached" in file and file != str(SCRIPT)] == []


@can_attach
def test_a_process_that_ends_meanwhile_is_recorded_until_then(target: Target) -> None:
    with attachment(target.pid, 1000.0) as attached:
        target.tell("end")
        attached.wait()
    recording = attached.recording
    assert recording is not None and recording.process is not None
    assert recording.process.end == "ended"
    assert list(target.folder.iterdir()) == []


@can_attach
def test_a_process_that_is_killed_meanwhile_is_recorded_until_then(target: Target) -> None:
    with attachment(target.pid, 1000.0) as attached:
        target.await_state(lambda state: MARK in state["sys"])
        target.process.kill()
        attached.wait()
    recording = attached.recording
    assert recording is not None and recording.process is not None
    assert recording.process.end == "killed"
    assert recording.incomplete_reason is not None
    assert recording.samples > 0


# -- what is left -----------------------------------------------------------------------------


@can_attach
def test_nothing_stays_in_the_process(target: Target) -> None:
    before = target.ask()
    for _ in range(3):
        gilext.attach(target.pid, 0.05)
        assert target.is_as(before)


@can_attach
def test_while_it_is_attached_it_shows(target: Target) -> None:
    """That the state would tell is what the test before stands on."""
    before = target.ask()
    with attachment(target.pid, 1000.0):
        during = target.ask()
    for name in ("modules", "sys", "callbacks", "handlers", "threads", "files"):
        assert during[name] != before[name]
    assert target.is_as(before)


@can_attach
@pytest.mark.slow
def test_attaching_a_hundred_times_in_a_row(target: Target) -> None:
    before = target.ask()
    for _ in range(100):
        assert gilext.attach(target.pid, 0.02).samples > 0
    assert target.is_as(before)


@can_attach
def test_if_the_attacher_is_killed_the_recording_ends(target: Target) -> None:
    before = target.ask()
    attacher = subprocess.Popen(command(target.pid, "--seconds", 1000))
    target.await_state(lambda state: MARK in state["sys"])
    attacher.kill()
    attacher.wait()
    target.await_state(lambda state: state == before)


@can_attach
def test_if_the_attacher_is_killed_before_the_script_runs_it_does_nothing(target: Target) -> None:
    before = target.ask()
    target.tell("block")
    attacher = subprocess.Popen(command(target.pid))
    while not list(target.folder.glob("*/end")):
        time.sleep(0.01)
    time.sleep(0.1)  # most likely, it has been sent
    attacher.kill()
    attacher.wait()
    target.tell("unblock")
    target.answer()
    target.await_state(lambda state: state == before or state["folder"] != [])


@can_attach
def test_a_child_that_was_forked_meanwhile_can_be_attached_to(target: Target) -> None:
    with attachment(target.pid, 1000.0):
        child = target.ask("fork")
    try:
        recording = gilext.attach(child, 0.05)
        assert recording.process is not None
        assert (recording.process.pid, recording.process.parent_pid) == (child, target.pid)
        gilext.attach(child, 0.05)
    finally:
        os.kill(child, signal.SIGKILL)


# -- what can't be ----------------------------------------------------------------------------


@only_linux
@pytest.mark.skipif(hasattr(sys, "remote_exec"), reason="this Python can attach")
def test_on_an_older_python_attaching_says_what_it_takes(target: Target) -> None:
    own = ".".join(map(str, sys.version_info[:2]))
    with pytest.raises(UnsupportedInterpreter, match=f"takes CPython 3.14 .* this is {own}"):
        gilext.attach(target.pid)
    done = subprocess.run(command(target.pid), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("gilext: attaching takes CPython 3.14 or later")


@can_attach
def test_only_one_can_be_attached(target: Target) -> None:
    with (
        attachment(target.pid, 1000.0),
        pytest.raises(RuntimeError, match=f"another gilext is attached to process {target.pid}"),
    ):
        gilext.attach(target.pid, 0.05)
    gilext.attach(target.pid, 0.05)


@can_attach
def test_a_blocked_main_thread_is_said_and_runs_nothing_later(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = target.ask()
    target.tell("block")
    frames = ()
    while "acquire" not in str(frames):
        (main,) = (one for one in gilext.dump(target.pid).threads if one.name == "MainThread")
        frames = [line for one in main.frames or () if (line := line_of(one))]
    monkeypatch.setattr(attached_target, "PATIENCE_SECONDS", 0.3)
    with pytest.raises(TimeoutError, match=f"`gilext dump {target.pid}` says where it is"):
        gilext.attach(target.pid, 0.05)
    target.tell("unblock")
    target.answer()
    target.await_state(lambda state: state == before)
    target.process.kill()
    assert target.process.communicate()[1] == ""


def line_of(frame: Any) -> str | None:
    if frame.file != str(SCRIPT):
        return None
    return SCRIPT.read_text(encoding="utf-8").splitlines()[int(frame.line) - 1]


@can_attach
def test_a_process_that_lets_nobody_attach_is_said(start: Callable[..., Target]) -> None:
    target = start("-X", "disable-remote-debug")
    with pytest.raises(RuntimeError, match=f"process {target.pid} forbids attaching"):
        gilext.attach(target.pid, 0.05)
    assert list(target.folder.iterdir()) == []


@can_attach
def test_a_process_that_may_not_attach_is_said(target: Target) -> None:
    done = subprocess.run(
        command(target.pid),
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHON_DISABLE_REMOTE_DEBUG": "1"},
    )
    assert done.returncode == 1
    assert done.stderr.startswith("gilext: this process may not attach to others")


@can_attach
def test_another_build_of_the_extension_is_refused(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = target.ask()
    monkeypatch.setattr(attached_target, "_LIBRARY", "/_native.abc.so")
    with pytest.raises(UnsupportedInterpreter, match="another build of CPython"):
        gilext.attach(target.pid, 0.05)
    target.await_state(lambda state: state == before)


@can_attach
def test_what_goes_wrong_there_is_said_here(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = target.ask()
    library = f"/nowhere/_native{sysconfig.get_config_var('EXT_SUFFIX')}"
    monkeypatch.setattr(attached_target, "_LIBRARY", library)
    with pytest.raises(RuntimeError, match="can't record: ImportError: /nowhere"):
        gilext.attach(target.pid, 0.05)
    target.await_state(lambda state: state == before)


@can_attach
def test_a_process_without_python_is_said(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "100"])
    try:
        while b"python" in Path(f"/proc/{child.pid}/maps").read_bytes():
            time.sleep(0.01)
        with pytest.raises(UnsupportedInterpreter, match="runs no Python"):
            gilext.attach(child.pid, 0.05)
    finally:
        child.kill()
        child.wait()


@can_attach
def test_links_in_the_folder_are_not_followed(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may attach to another user's process, and the folder is that user's then."""
    (tmp_path / "secret").write_text("{}", encoding="utf-8")
    await_report = AttachedTarget._await_report

    def put_link(self: AttachedTarget, report: Path) -> None:
        while not report.exists():
            time.sleep(0.001)
        report.unlink()
        report.symlink_to(tmp_path / "secret")
        await_report(self, report)

    monkeypatch.setattr(AttachedTarget, "_await_report", put_link)
    with pytest.raises(OSError, match="report"):
        gilext.attach(target.pid, 1000.0)


@can_attach
def test_another_container_is_said(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach_module, "sees_same_files", lambda process: False)
    with pytest.raises(RuntimeError, match="runs in another container"):
        gilext.attach(target.pid, 0.05)


@can_attach
def test_a_process_records_itself_otherwise() -> None:
    with pytest.raises(ValueError, match=r"gilext\.watch\(\)"):
        gilext.attach(os.getpid())


@only_linux
def test_a_process_that_is_gone_is_said() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with pytest.raises(ProcessLookupError, match=f"there is no process {child.pid}"):
        gilext.attach(child.pid)


@only_linux
@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="'seconds'"):
        gilext.attach(os.getpid(), seconds)


# -- the command ------------------------------------------------------------------------------


@can_attach
def test_the_command_reports_and_writes_files(target: Target, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    done = subprocess.run(
        command(target.pid, "--seconds", 0.3, "-o", kept), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "GIL" in done.stdout
    assert done.stderr == f"Written: {kept}\n"
    recording = gilext.load_recording(kept)
    assert recording.process is not None
    assert recording.process.pid == target.pid


@can_attach
def test_ctrl_c_ends_the_recording_with_a_report(target: Target) -> None:
    before = target.ask()
    interrupted = 130
    while interrupted == 130:  # it came too early, and so there is nothing to report
        attacher = subprocess.Popen(
            command(target.pid, "--seconds", 1000, "--json"), stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        target.await_state(lambda state: MARK in state["sys"] and state["folder"] == [])
        time.sleep(0.1)
        attacher.send_signal(signal.SIGINT)
        said = attacher.communicate(timeout=DEADLINE_SECONDS)[0]
        interrupted = attacher.returncode
        target.await_state(lambda state: state == before)
    assert interrupted == 0
    assert json.loads(said)["process"]["pid"] == target.pid


# -- its parts --------------------------------------------------------------------------------


def recorded_until(seconds: float, act: Callable[[int], object]) -> Sampler:
    """Record in a thread until something is done with the other end of a pipe."""
    reading, writing = os.pipe()
    sampler = Sampler(0.0005, 0.0, 0.0, 1 << 20)
    thread = threading.Thread(target=sampler.record_until, args=(reading, seconds), name="own")
    thread.start()
    while not sampler.is_running:
        time.sleep(0.001)
    act(writing)
    thread.join()
    os.close(reading)
    assert not sampler.is_running
    assert thread.native_id not in {row[1] for row in sampler.threads()}
    return sampler


@only_linux
def test_a_recording_ends_when_the_pipe_is_written_to() -> None:
    recorded_until(1000.0, lambda writing: (os.write(writing, b"."), os.close(writing)))


@only_linux
def test_a_recording_ends_when_the_pipe_is_closed() -> None:
    recorded_until(1000.0, os.close)


@only_linux
def test_a_recording_ends_when_its_time_is_over() -> None:
    reading, writing = os.pipe()
    sampler = Sampler(0.0005, 0.0, 0.0, 1 << 20)
    thread = threading.Thread(target=sampler.record_until, args=(reading, 0.05))
    thread.start()
    thread.join()
    totals = sampler.totals()
    assert totals["end_ns"] - totals["start_ns"] >= 0.05e9
    os.close(reading)
    os.close(writing)


@given(st.text() | st.text(st.characters(min_codepoint=0xD7FF)))
def test_names_are_written_as_json_has_them(text: str) -> None:
    assert json.loads(quoted(text)) == json.loads(json.dumps(text))
