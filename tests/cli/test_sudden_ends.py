"""Programs that end without their interpreter's ending: the report comes first, if it can."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

IMPORTS = "import atexit, os, signal, sys, threading, time\n"
LEFT = {
    "at once": "print('never flushed'); os._exit(3)",
    "in a thread, main asleep": "threading.Thread(target=os._exit, args=(4,)).start(); time.sleep(99)",
    "in a thread, main busy": """
threading.Thread(target=os._exit, args=(4,)).start()
while True: pass
""",
    "in many threads": """
for _ in range(4): threading.Thread(target=os._exit, args=(5,)).start()
time.sleep(99)
""",
    "in an exit handler": "atexit.register(os._exit, 6)",
    "in a finalizer": """
class Leaves:
    def __del__(self, leave=os._exit): leave(7)
Leaves()
""",
    "in a signal handler": """
signal.signal(signal.SIGTERM, lambda *_: os._exit(8))
os.kill(os.getpid(), signal.SIGTERM)
""",
    "in an excepthook": "sys.excepthook = lambda *_: os._exit(9)\n1 / 0",
    "by a name of its own": "from os import _exit\n_exit(status=10)",
    "with a number that is none": """
for status in 2**40, "x", None:
    try: os._exit(status)
    except (OverflowError, TypeError) as error: print(error, flush=True)
os._exit(-1)
""",
}
REPLACED = {
    "at once": """
print("never flushed")
os.execv(sys.executable, [sys.executable, "-c", "print('new')"])
""",
    "with an environment": """
os.execle(sys.executable, sys.executable, "-c", "import os; print(os.environ['A'])", {"A": "1"})
""",
    "found in PATH": "os.execvp('sh', ['sh', '-c', 'kill -TERM $$'])",
    "in vain, then not": """
for name, arguments in [("/", ["x"]), ("/missing", ["x"]), (sys.executable, []), (3.5, ["x"])]:
    try: os.execv(name, arguments)
    except (OSError, ValueError, TypeError) as error: print(error, flush=True)
sys.exit(11)
""",
}
INNER = "os.fork() or os._exit(3)\nprint(os.waitstatus_to_exitcode(os.wait()[1]))"
CHILDREN = {
    "that leaves": INNER,
    "that is replaced": INNER.replace("os._exit(3)", "os.execvp('sh', ['sh', '-c', 'exit 5'])"),
    "that stays for itself": """
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
os.closerange(0, 256)
""",
}
LATE = {
    "an interrupt in an exit handler": """
atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
""",
    "a timer that goes on": """
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.0)
""",
}


def cases(**groups):
    return [
        pytest.param(
            IMPORTS + source,
            id=f"{group}: {name}",
            marks=pytest.mark.forks if "os.fork()" in source else (),
        )
        for group, sources in groups.items()
        for name, source in sources.items()
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")
@pytest.mark.parametrize(
    "source", cases(left=LEFT, replaced=REPLACED, children=CHILDREN, late=LATE)
)
def test_program_ends_as_under_python_after_one_report(tmp_path, gilext_command, source):
    (tmp_path / "program.py").write_text(source)
    plain = subprocess.run(
        [sys.executable, "program.py"], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )

    done = gilext_command("watch", "--live", "--save", "seen.json", "program.py")

    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    assert done.stderr.count("cores usable") == 1
    assert done.stderr.count("Written: seen.json") == 1


INTERRUPTED_IN_ITS_REPORT = """
import atexit, os, signal, sys, threading, time
import gilext.cli.watched
def slow(*_, text_of=gilext.cli.watched.text_of):
    os.write(1, b"reporting\\n")
    time.sleep(SECONDS)
    return text_of(*_)
gilext.cli.watched.text_of = slow
"""


def interrupted_in_its_report(tmp_path, source, seconds, times):
    (tmp_path / "program.py").write_text(
        f"SECONDS = {seconds}\n{INTERRUPTED_IN_ITS_REPORT}{source}"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "gilext", "watch", "program.py"], text=True, cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as child:  # fmt: skip
        try:
            assert child.stdout.readline() == "reporting\n"
            for _ in range(times):
                child.send_signal(signal.SIGINT)
                time.sleep(0.1)
            _, err = child.communicate(timeout=60)
        finally:
            child.kill()
    return child.returncode, err


@pytest.mark.parametrize("source", ["", "os._exit(0)"], ids=["exit", "os._exit"])
def test_interrupt_waits_until_the_report_is_written(tmp_path, source):
    _, err = interrupted_in_its_report(tmp_path, source, 0.5, 1)

    assert err.count("cores usable") == 1


def test_second_interrupt_does_not(tmp_path):
    _, err = interrupted_in_its_report(tmp_path, "", 50, 2)

    assert "KeyboardInterrupt" in err
    assert "cores usable" not in err


@pytest.mark.slow
def test_signal_ends_a_program_that_holds_the_gil_for_long_without_a_report(
    tmp_path, gilext_command
):
    (tmp_path / "program.py").write_text(
        "import gilext, signal\nsignal.alarm(1)\ngilext.hold_for(99)\n"
    )

    done = gilext_command("watch", "program.py")

    assert done.returncode == -signal.SIGALRM
    assert done.stderr == (
        "gilext: no report: SIGALRM came, and the GIL was not to be had for 5 seconds\n"
    )


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_first_process_of_a_container_outlives_sigterm_as_it_does_under_python(tmp_path):
    alone = ["unshare", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs the right to make a namespace")
    (tmp_path / "program.py").write_text(
        IMPORTS + "assert os.getpid() == 1; os.kill(1, signal.SIGTERM); print('lives')"
    )

    done = subprocess.run(
        [*alone, sys.executable, "-m", "gilext", "watch", "program.py"],
        capture_output=True, text=True, cwd=tmp_path, timeout=60,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "lives\n")
    assert done.stderr.count("cores usable") == 1


def test_program_that_python_goes_on_from_is_watched_to_the_end(tmp_path, twins):
    (tmp_path / "program.py").write_text("mine = 7\n1 / 0\n")

    ran = twins("program.py", stdin="print(mine + 1)\n", python=["-i"])

    assert ran.plain.stdout == "8\n"
    assert ran.reports == 1


def test_files_named_like_modules_that_gilext_needs_are_left_to_the_program(tmp_path, twins):
    for name in ("inspect", "queue", "json", "click", "rich", "copy", "pkgutil", "tempfile"):
        (tmp_path / f"{name}.py").write_text("IT = 'mine'\n")
    (tmp_path / "program.py").write_text("print('runs')\n")

    assert twins("program.py").reports == 1
