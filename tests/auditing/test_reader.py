"""The process that reads binaries: what breaks it is told of that one file, and nothing is left."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from binary_files import macho, pe

from gilext.auditing.static import reader as reader_module
from gilext.auditing.static.binaries import UnreadableBinary, read_binary
from gilext.auditing.static.reader import BinaryReader

CHILDREN = Path(__file__).parents[1] / "children"
SLOW_SECONDS = 60  # never reached: only what hangs may take a reader's time
# A stand-in for what reads: it does what a file's name says, as a library of C++ could.
BREAKS = """
import ctypes, os, signal, time
import gilext.auditing.static.read_worker as worker
read = worker.read_binary
def breaking(path, marks):
    while path.name == "hang": pass
    if path.name == "sleep": time.sleep(1000)
    if path.name == "crash":
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # AddressSanitizer has a handler
        os.kill(os.getpid(), signal.SIGSEGV)
    if path.name == "exit": os._exit(3)
    if path.name == "memory": bytearray(2 << 30)
    if path.name == "raise": raise RuntimeError("planted")
    if path.name == "print": os.write(1, b"{}\\n")
    if path.name == "close": os.closerange(0, 100); time.sleep(1000)
    if path.name == "long": os.write(worker_answers[0], b"x" * 200_000 + b"\\n")
    if path.name == "write":
        with open(path.with_name("written"), "wb") as file: file.write(b"x" * 100)
    return read(path, marks)
worker.read_binary = breaking
worker_answers = []
write = worker._write
def noting(number, line):
    worker_answers[:] = [number]
    write(number, line)
worker._write = noting
"""


BROKEN = {
    "crash": r"reading it ended the process with SIGSEGV$",
    "memory": r"that takes more than 64 MiB of memory$",
    "exit": r"reading it ended the process with exit code 3$",
    "long": r"reading it ",
    "write": r"File too large|reading it ended the process with SIGXFSZ",
}
SLOW = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    """Make a folder of files, most of them named after what they do to what reads them."""
    for name in [*BROKEN, "raise", "print", "close", "hang", "sleep", "first", "last"]:
        (tmp_path / name).write_bytes(macho([f"Py_{name}"], ["PyInit_m"]))
    return tmp_path


@pytest.fixture
def breaking(monkeypatch):
    start = reader_module._START
    monkeypatch.setattr(
        reader_module, "_START", start.replace("from gilext", f"exec({BREAKS!r});from gilext")
    )


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def pid_of(reader):
    return reader._child._process.pid


def test_it_reads_as_the_function_does(folder):
    (folder / "pe").write_bytes(pe({"python313.dll": ["PyA"]}, texts=["some_text"]))
    names = ["first", "pe", "last"]
    with BinaryReader(["some_text"], seconds=SLOW_SECONDS) as reader:
        found = [reader.read(folder / name) for name in names]
        pid = pid_of(reader)

    assert found == [read_binary(folder / name, ["some_text"]) for name in names]
    assert found[1].marks == {"some_text"}
    assert is_gone(pid)


def test_what_cannot_be_read_is_told_and_the_process_goes_on(folder):
    (folder / "empty").touch()
    os.mkfifo(folder / "pipe")
    with BinaryReader(seconds=SLOW_SECONDS) as reader:
        assert reader.read(folder / "first").imports == ("Py_first",)
        pid = pid_of(reader)
        for name, why in {"empty": "is empty", "pipe": "is no regular file"}.items():
            with pytest.raises(UnreadableBinary, match=f"^{why}$"):
                reader.read(folder / name)
        assert pid_of(reader) == pid


@pytest.mark.parametrize(
    "name",
    ["crash", "memory", *(pytest.param(one, marks=SLOW) for one in ("exit", "long", "write"))],
)
def test_what_breaks_it_is_told_of_that_file_alone(folder, breaking, name):
    with BinaryReader(seconds=SLOW_SECONDS, memory_bytes=64 << 20) as reader:
        assert reader.read(folder / "first").imports == ("Py_first",)
        pid = pid_of(reader)
        with pytest.raises(UnreadableBinary, match=f"^can't be read: .*{BROKEN[name]}"):
            reader.read(folder / name)
        assert reader.read(folder / "last").imports == ("Py_last",)

        assert is_gone(pid) or name == "write"
        last = pid_of(reader)

    assert is_gone(last)
    assert name != "write" or (folder / "written").stat().st_size == 0


@pytest.mark.slow
def test_what_takes_too_much_time_is_ended(folder, breaking):
    with BinaryReader(seconds=0.3) as reader:
        with pytest.raises(
            UnreadableBinary, match=r"takes more than 0\.3 s of a processor's time$"
        ):
            reader.read(folder / "hang")
        assert reader._child is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sleep", "close"])
def test_what_waits_too_long_is_ended(folder, breaking, name, monkeypatch):
    monkeypatch.setattr(reader_module, "MAX_WAIT_SECONDS", -59.5)
    monkeypatch.setattr(reader_module, "_SECONDS_TO_END", 0.1)
    with BinaryReader(seconds=60) as reader:
        with pytest.raises(UnreadableBinary, match=r"reading it wasn't done after 0\.5 s$"):
            reader.read(folder / name)
        assert reader._child is None


@pytest.mark.slow
def test_an_error_in_it_and_what_it_prints_are_no_answers(folder, breaking):
    with BinaryReader(seconds=SLOW_SECONDS) as reader:
        with pytest.raises(UnreadableBinary, match=r"^can't be read: RuntimeError: planted$"):
            reader.read(folder / "raise")
        assert reader.read(folder / "print").imports == ("Py_print",)
        assert reader.read(folder / "last").imports == ("Py_last",)


@pytest.mark.slow
def test_a_process_that_is_killed_between_two_files_is_replaced(folder):
    with BinaryReader(seconds=SLOW_SECONDS) as reader:
        reader.read(folder / "first")
        os.kill(pid_of(reader), signal.SIGKILL)
        os.waitid(os.P_PID, pid_of(reader), os.WEXITED | os.WNOWAIT)

        assert reader.read(folder / "last").imports == ("Py_last",)


@pytest.mark.slow
def test_it_is_replaced_after_some_files(folder, monkeypatch):
    monkeypatch.setattr(reader_module, "_FILES_PER_CHILD", 2)
    with BinaryReader(seconds=SLOW_SECONDS) as reader:
        pids = []
        for _ in range(4):
            reader.read(folder / "first")
            pids.append(pid_of(reader))

    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert all(map(is_gone, pids))


def test_a_process_that_does_not_start_is_no_file_s_fault(folder, monkeypatch):
    monkeypatch.setattr(reader_module, "_START", "raise SystemExit(7)")

    with BinaryReader() as reader, pytest.raises(RuntimeError, match="exit code 7, and has read"):
        reader.read(folder / "first")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["exception", pytest.param("generator", marks=SLOW)])
def test_nothing_is_left_of_it(folder, how):
    pids = []

    def read_all():
        with BinaryReader(seconds=SLOW_SECONDS) as reader:
            for name in ("first", "last"):
                yield reader.read(folder / name)
                pids.append(pid_of(reader))

    before = _descriptors()
    rows = read_all()
    next(rows), next(rows)
    if how == "generator":
        rows.close()
    else:
        with contextlib.suppress(KeyboardInterrupt):
            rows.throw(KeyboardInterrupt)

    assert is_gone(pids[0])
    assert _descriptors() == before


def _descriptors():
    try:
        return len(os.listdir("/proc/self/fd"))
    except FileNotFoundError:
        return None


@pytest.mark.slow
def test_threads_get_their_own_answers(folder):
    names = ["first", "last"]
    answers = {name: set() for name in names}
    with BinaryReader(seconds=SLOW_SECONDS) as reader:

        def read_often(name):
            for _ in range(20):
                answers[name].update(reader.read(folder / name).imports)

        threads = [threading.Thread(target=read_often, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert answers == {name: {f"Py_{name}"} for name in names}


@pytest.mark.slow
def test_names_that_are_no_text_are_read(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff\n.so"))
    try:
        path.write_bytes(macho(["Py_odd"]))
    except OSError:
        pytest.skip("this file system takes no such name")

    with BinaryReader(seconds=SLOW_SECONDS) as reader:
        assert reader.read(path).imports == ("Py_odd",)


@pytest.mark.slow
def test_variables_and_modules_of_the_place_do_not_reach_it(folder, monkeypatch, tmp_path):
    for name in ("lief", "json", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": "x", "PYTHONWARNINGS": "error",
        "PYTHONMALLOC": "nonsense", "COVERAGE_PROCESS_START": "x", "PYTHONHASHSEED": "nonsense",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)

    with BinaryReader(seconds=SLOW_SECONDS) as reader:
        assert reader.read(folder / "first").imports == ("Py_first",)


@pytest.mark.slow
@pytest.mark.parametrize("state", ["closed", "sigpipe", "blocked"])
def test_a_caller_in_an_odd_state_can_read(folder, state, run_child):
    run_child("read_binaries.py", state, str(folder))

    said = json.loads((folder / "said").read_text())
    assert said == {"first": ["Py_first"], "last": ["Py_last"]}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for sizes")
def test_memory_does_not_grow_with_the_number_of_files(folder, monkeypatch):
    monkeypatch.setattr(reader_module, "_FILES_PER_CHILD", 10_000)

    def size_after(count):
        for _ in range(count):
            reader.read(folder / "first")
        return _resident_kib("self"), _resident_kib(pid_of(reader))

    with BinaryReader(seconds=SLOW_SECONDS) as reader:
        before, after = size_after(500), size_after(8000)

    # A kibibyte for each file would be 8000. What waits for the garbage collector is some 2000.
    assert [new - old < 4000 for new, old in zip(after, before, strict=True)] == [True, True]


def _resident_kib(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


@pytest.mark.slow
def test_it_ends_though_the_caller_is_killed_while_a_file_hangs(folder):
    script = CHILDREN / "read_binaries.py"
    caller = subprocess.Popen([sys.executable, script, "hanging", folder], stdout=subprocess.PIPE)
    with caller:
        pid = int(caller.stdout.readline())
        assert not is_gone(pid)
        caller.kill()

    deadline = time.monotonic() + SLOW_SECONDS
    while not is_gone(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert is_gone(pid)
