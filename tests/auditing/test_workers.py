"""Workers: how they ended, and that nothing of theirs stays."""

import fcntl
import signal
import sys

import pytest

from gilext.auditing.workers import WorkerEnd, run_worker


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """Return a function that runs a script as a worker."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    def run(script, *arguments, seconds=100.0, **options):
        (tmp_path / "worker_of_test.py").write_text(script)
        return run_worker("worker_of_test", arguments, seconds, **options)

    return run


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("", 0, "ended the process with exit code 0"),
        ("import sys; sys.exit('no\\nway')", 1, "ended the process with exit code 1 (way)"),
        ("import os; os.abort()", -signal.SIGABRT, "ended the process with SIGABRT"),
    ],
    ids=["well", "with words", "by a signal"],
)
def test_end_is_told(worker, script, code, said):
    end = worker(script)

    assert (end.code, str(end)) == (code, said)


def test_signal_without_a_name_is_told_by_its_number():
    assert str(WorkerEnd(-99, 1.0, "")) == "ended the process with signal 99"


HANGS = """
import fcntl, subprocess, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
child = [sys.executable, "-c", "import time; time.sleep(1000)"]
subprocess.Popen(child, pass_fds=[file.fileno()])
print("started", file=file, flush=True)
time.sleep(1000)
"""


def test_worker_that_hangs_is_ended_with_what_it_started(worker, tmp_path):
    file = tmp_path / "locked"
    for seconds in (1.0, 10.0, 60.0):
        end = worker(HANGS, str(file), seconds=seconds)
        if file.exists() and file.read_text():
            break

    assert (end.code, str(end)) == (None, f"wasn't done after {seconds:g} s")
    with file.open("a") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)  # as soon as nobody has it


def test_variables_and_options_reach_the_worker(worker, monkeypatch):
    monkeypatch.setenv("GILEXT_TAKEN_AWAY", "1")
    script = (
        "import os, sys\n"
        "sys.exit(f\"{os.environ.get('GILEXT_TAKEN_AWAY')} {os.environ['GILEXT_NEW']} \""
        'f"{sys.warnoptions[-1]}")'
    )
    variables = {"GILEXT_TAKEN_AWAY": None, "GILEXT_NEW": "2"}

    assert worker(script, options=("-W", "error"), variables=variables).said == "None 2 error"
