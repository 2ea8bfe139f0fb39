"""What modules declare, asked in a process that is cut off and that they may end as they like."""

import fcntl
import os
import shutil
import socket
import sys
import time
from dataclasses import replace

import pytest

from gilext.auditing.importing import slots
from gilext.auditing.importing.declared import Wanted, declared_of, way_from_package
from gilext.auditing.importing.environments import UnusableEnvironment, interpreter_of

pytestmark = pytest.mark.compiles

SLOW = pytest.mark.slow
CAN_DECLARE = sys.version_info >= (3, 13)
GIL_WORDS = slots.NOT_USED if CAN_DECLARE else slots.UNDECLARED_HERE
NEEDS_GIL = False if CAN_DECLARE else None
PER_INTERPRETER = "per-interpreter GIL" if sys.version_info >= (3, 12) else "undeclared"


@pytest.fixture(autouse=True)
def no_coverage(monkeypatch):
    """Have the process that imports load nothing to measure coverage with."""
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ask(declaring):
    """Return what some modules declare, by their names."""

    def ask(*names, folders=(), **options):
        wanted = [Wanted(name) for name in names]
        rows = declared_of(wanted, folders=[*map(str, folders), str(declaring)], **options)
        return {one.name: declared for one, declared in rows}

    return ask


@pytest.fixture
def run_by_module(ask, tmp_path):
    """Have a module run a program while it is imported; return what it declares, and what next."""

    def run(program, **options):
        (tmp_path / "program_of_test.py").write_text(program)
        found = ask("pkg._runs", "pkg._good", folders=[tmp_path], **options)
        assert list(found) == ["pkg._runs", "pkg._good"]
        assert found["pkg._good"].error is None
        return found["pkg._runs"]

    return run


def test_all_that_a_module_says_is_told(ask):
    declared = ask("pkg._rich")["pkg._rich"]

    assert (declared.phases, declared.interpreters) == ("multi-phase", PER_INTERPRETER)
    assert (declared.gil, declared.needs_gil) == (GIL_WORDS, NEEDS_GIL)
    assert (declared.state_bytes, declared.methods) == (40, ("first", "second"))
    assert (declared.chain, declared.importer, declared.error) == (("pkg._rich",), None, None)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="exported slots came with CPython 3.15")
def test_slots_within_exported_slots_are_read(ask):
    declared = ask("pkg._exported")["pkg._exported"]

    assert (declared.phases, declared.interpreters) == ("multi-phase", "per-interpreter GIL")
    assert (declared.gil, declared.needs_gil) == (slots.NOT_USED, False)
    assert (declared.state_bytes, declared.methods) == (40, ("first", "second"))


def test_modules_without_slots_are_told(ask):
    found = ask("pkg._bad", "pkg._single", "pkg._none")

    assert [one.phases for one in found.values()] == ["multi-phase", "single-phase", "multi-phase"]
    interpreters = [one.interpreters for one in found.values()]
    assert interpreters == ["undeclared", "not supported", None]
    assert [one.state_bytes for one in found.values()] == [0, -1, None]
    assert found["pkg._none"].gil == slots.NO_MODULE


def test_a_module_that_another_loads_has_the_way_to_it(ask):
    found = ask("pkg.deep._inner", "pkg._used")

    chain = ("pkg.deep", "pkg.deep._inner")
    assert (found["pkg.deep._inner"].chain, found["pkg.deep._inner"].importer) == (
        chain, "pkg/deep/__init__.py:2",
    )  # fmt: skip
    assert (found["pkg._used"].chain, found["pkg._used"].importer) == ((*chain, "pkg._used"), None)


@pytest.mark.slow
def test_a_file_outside_any_package_is_loaded_by_its_path(declaring, tmp_path):
    (built,) = (declaring / "pkg").glob("_rich.*")
    path = tmp_path / f"other{''.join(built.suffixes)}"
    shutil.copy(built, path)
    wanted = [Wanted("_rich", str(path)), Wanted("none", str(path)), Wanted("x", "/x.txt")]

    found = [declared for _, declared in declared_of(wanted)]

    assert (found[0].methods, found[0].error) == (("first", "second"), None)
    assert "failed: ImportError: dynamic module does not define" in found[1].error
    assert found[2].error.endswith(
        "/x.txt has no suffix of an extension module of this interpreter"
    )


# Without a supervisor, the parent is this process.
KILLS_ITS_PARENT = """
import os, time
parent = os.getppid()
with open(f"/proc/{parent}/cmdline") as file:
    os.kill(parent if "declared_worker" in file.read() else os.getpid(), 9)
time.sleep(1000)
"""


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("import os; os.abort()", "ended the process with SIGABRT"),
        ("import os; os._exit(7)", "ended the process with exit code 7"),
        ("import os; os.write(2, b'a\\nb'); os._exit(0)", "ended the process with exit code 0 (b)"),
        ("raise SystemExit('no')", "failed: SystemExit: no"),
        ("raise ValueError('no luck\\ntoday')", "failed: ValueError: no luck"),
        ("import os; os.killpg(os.getpgrp(), 9)", "ended the process with SIGKILL"),
        (KILLS_ITS_PARENT, "ended the process with SIGKILL"),
        ("import os; os.closerange(0, 256)", "ended the process with exit code 1"),
    ],
    ids=[
        "crash",
        "os._exit",
        "words",
        "sys.exit",
        "exception",
        "kills group",
        "kills parent",
        "closes all",
    ],
)
@pytest.mark.slow
def test_an_import_that_fails_is_an_error_of_its_own(run_by_module, program, error):
    declared = run_by_module(program)

    assert declared.error == f"importing 'pkg._runs' {error}"
    # It was made before it ran.
    assert (declared.phases, declared.gil) == ("multi-phase", GIL_WORDS)


def test_a_crash_is_a_row_and_the_rest_goes_on(ask):
    found = ask("crashing", "pkg._good")

    assert found["crashing"].error == "importing 'crashing' ended the process with SIGABRT"
    assert (found["crashing"].phases, found["crashing"].gil) == ("multi-phase", GIL_WORDS)
    assert found["pkg._good"].error is None


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", "os.closerange(0, 256)"], ids=["in words", "in silence"])
def test_an_import_that_hangs_is_an_error_of_its_own(run_by_module, before):
    declared = run_by_module(f"import os, time\n{before}\ntime.sleep(1000)", seconds=5.0)

    assert declared.error == "importing 'pkg._runs' wasn't done after 5 s"


@pytest.mark.parametrize(
    "program",
    [
        "import signal, os, sys\nos.chdir('/')\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "sys.stdout.close(); sys.stderr = None; sys.setrecursionlimit(50)",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()",
        "import os, sys\nos.fork()",
        "import os\nif os.fork():\n    os._exit(0)",
        "print('hello ' * 10**6)\nimport sys; sys.stderr.write('x' * 10**7)",
        "import sys; sys.stdin.read() and sys.exit('stdin')",
        "import os\nfor fd in range(3, 99):\n    try: os.write(fd, b'(\"loaded\", 1)\\n(((\\n\\xff\\n')\n"
        "    except OSError: pass",
    ],
    ids=["changes much", "thread", "fork", "daemon", "words", "reads", "writes into our pipe"],
)
@pytest.mark.slow
def test_what_a_module_does_besides_is_no_harm(run_by_module, program, capfd):
    declared = run_by_module(program)

    is_daemon = "os.fork():" in program
    assert declared.error == (
        "importing 'pkg._runs' ended the process with exit code 0" if is_daemon else None
    )
    assert capfd.readouterr() == ("", "")


STARTS = """
import fcntl, os, signal, time
file = open({path!r}, "w")
fcntl.flock(file, fcntl.LOCK_EX)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="a daemon is lost here")
@pytest.mark.parametrize(
    "next_thing",
    ["", pytest.param("os.abort()", marks=SLOW), pytest.param("time.sleep(1000)", marks=SLOW)],
    ids=["well", "crash", "hang"],
)
def test_what_a_module_starts_is_ended_with_it(run_by_module, tmp_path, next_thing):
    path = tmp_path / "locked"
    run_by_module(STARTS.format(path=str(path)) + next_thing, seconds=5.0 if next_thing else 60.0)

    with path.open("a") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)  # as soon as nobody has it


@pytest.mark.slow
def test_a_reader_that_goes_away_ends_all(declaring, tmp_path):
    path = tmp_path / "locked"
    (tmp_path / "program_of_test.py").write_text(STARTS.format(path=str(path)) + "time.sleep(1000)")
    wanted = [Wanted("pkg._good"), Wanted("pkg._runs")]
    rows = declared_of(wanted, folders=[str(tmp_path), str(declaring)])

    next(rows)
    while not path.exists():
        time.sleep(0.01)
    rows.close()

    with path.open("a") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)


@pytest.mark.slow
def test_a_module_that_fails_only_after_others_is_asked_again(ask, tmp_path):
    (tmp_path / "program_of_test.py").write_text(
        "import sys\nif 'pkg._good' in sys.modules: raise ValueError('not after it')"
    )

    found = ask("pkg._good", "pkg._runs", folders=[tmp_path])

    assert [one.error for one in found.values()] == [None, None]


@pytest.mark.slow
def test_a_package_that_fails_is_imported_once(ask, tmp_path):
    (tmp_path / "failing").mkdir()
    (tmp_path / "failing/__init__.py").write_text(
        f"open({str(tmp_path / 'count')!r}, 'a').write('x')\nraise ValueError('no luck')"
    )

    found = ask("failing._a", "pkg._good", "failing._b", folders=[tmp_path])

    assert list(found) == ["failing._a", "failing._b", "pkg._good"]
    error = "importing 'failing' failed: ValueError: no luck"
    assert [one.error for one in found.values()] == [error, error, None]
    assert (tmp_path / "count").read_text() == "x"


@pytest.mark.slow
def test_what_is_no_extension_module_says_so(ask):
    found = ask("json", "there_is_none", "pkg.there_is_none", "_json", "posix")

    assert found["json"].error == "importing it loads no extension module of this name"
    assert found["there_is_none"].error.startswith("there is no module 'there_is_none' ")
    assert found["pkg.there_is_none"].error.startswith("there is no module 'pkg.there_is_none' ")
    for name in ("_json", "posix"):  # CPython's own, if they are asked for
        assert (found[name].error, found[name].phases) == (None, "multi-phase")


PYTHON_CALLS = """
import socket
for call in (
    lambda: socket.create_connection(("127.0.0.1", {port})),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {port})),
    lambda: socket.socket().bind(("127.0.0.1", 0)),
    lambda: socket.getaddrinfo("localhost", {port}),
):
    try:
        call()
    except OSError as error:
        assert "without a network" in str(error), error
    else:
        raise ValueError("reached")
try:
    socket.gethostbyname("localhost")
except socket.gaierror:
    pass
"""
C_CALLS = """
import ctypes, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
address = struct.pack("=H", socket.AF_INET) + struct.pack("!H", {port}) + bytes([127, 0, 0, 1] + [0] * 8)
connection = socket.socket()
if libc.connect(connection.fileno(), address, len(address)) == 0:
    raise ValueError("reached")
"""


@pytest.mark.parametrize("program", [PYTHON_CALLS, C_CALLS], ids=["Python", "C"])
def test_there_is_no_network(run_by_module, program):
    with socket.create_server(("127.0.0.1", 0)) as server:
        declared = run_by_module(program.format(port=server.getsockname()[1]))

    # Where the kernel can't do it, C code isn't cut off, and that is said.
    is_cut = declared.network_cut or program is PYTHON_CALLS
    reached = None if is_cut else "importing 'pkg._runs' failed: ValueError: reached"
    assert declared.error == reached


@pytest.mark.slow
def test_the_user_is_the_same_without_a_network(run_by_module):
    assert run_by_module(f"import os; assert os.getuid() == {os.getuid()}").error is None


def test_rows_come_as_they_become_known(declaring, tmp_path):
    (tmp_path / "program_of_test.py").write_text(
        f"import os, time\nwhile not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)"
    )
    folders = [str(tmp_path), str(declaring)]
    rows = declared_of([Wanted("pkg._good"), Wanted("pkg._runs")], folders=folders)

    assert next(rows)[0].name == "pkg._good"
    (tmp_path / "go").touch()
    assert next(rows)[1].error is None


def test_one_that_is_asked_of_nobody_starts_nothing():
    assert list(declared_of([])) == []


def test_an_interpreter_that_cannot_run_this_is_refused():
    other = replace(interpreter_of(sys.executable), tag="cpython-399-none", gilext_version=None)

    with pytest.raises(UnusableEnvironment, match="cpython-399-none, for which this gilext isn't"):
        list(declared_of([Wanted("json")], interpreter=other))


def test_a_worker_that_does_not_start_is_an_error_of_all():
    other = replace(interpreter_of(sys.executable), executable="/bin/false")

    found = [one.error for _, one in declared_of([Wanted("a"), Wanted("b")], interpreter=other)]

    assert found == ["the process that imports modules ended the process with exit code 1"] * 2


@pytest.mark.parametrize(
    ("chain", "way"),
    [
        (("a", "b", "b._x"), ("b", "b._x")),
        (("b", "a", "b._x"), ("b", "a", "b._x")),
        (("a", "b.c", "b._x"), None),
        (("b._x",), None),
        (("b",), ("b",)),
    ],
    ids=["through another", "of itself", "by a part", "alone", "is the package"],
)
def test_the_way_from_its_own_package_is_found(chain, way):
    assert way_from_package(chain) == way
