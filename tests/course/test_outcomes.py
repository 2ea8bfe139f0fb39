"""What may crash or hang runs in a process of its own, and how it ended is told."""

import os
import sys
import time
from contextlib import suppress

import pytest

from gilext.course.outcomes import run_child


def child(code, tmp_path, seconds=60.0, **more):
    return run_child([sys.executable, "-c", code], tmp_path, seconds, **more)


@pytest.mark.parametrize(
    ("code", "how", "returncode", "signal"),
    [
        ("print('seen')", "ended", 0, None),
        ("print('seen'); raise SystemExit(3)", "failed", 3, None),
        ("print('seen', flush=True); import os; os.abort()", "crashed", -6, "SIGABRT"),
    ],
    ids=["ended", "failed", "crashed"],
)
def test_end_is_told(code, how, returncode, signal, tmp_path):
    outcome = child(code, tmp_path)

    assert (outcome.how, outcome.returncode, outcome.signal) == (how, returncode, signal)
    assert outcome.stdout == "seen\n"


def test_what_hangs_is_ended_with_its_children_and_what_it_wrote_is_kept(tmp_path):
    code = (
        "import subprocess, sys, time\n"
        "sleeping = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "print(subprocess.Popen(sleeping).pid, flush=True)\n"
        "time.sleep(600)\n"
    )

    for seconds in (1.0, 8.0, 60.0):
        outcome = child(code, tmp_path, seconds)
        if outcome.stdout:
            break

    assert (outcome.how, outcome.returncode, outcome.signal) == ("hung", None, None)
    assert not is_running(int(outcome.stdout))


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="threads are seen in /proc")


@linux_only
def test_what_stands_still_is_ended_long_before_its_time(tmp_path):
    code = (
        "import threading\n"
        "lock = threading.Lock()\n"
        "lock.acquire()\n"
        "threading.Thread(target=lock.acquire).start()\n"
        "lock.acquire()\n"
    )

    outcome = child(code, tmp_path, 600.0, still_seconds=0.3)

    assert outcome.how == "hung"
    assert outcome.wall_seconds < 300


@linux_only
@pytest.mark.parametrize(
    "work",
    ["while perf_counter() < end: pass", "run([sys.executable, '-c', code])"],
    ids=["itself", "child"],
)
def test_what_works_for_longer_does_not_stand_still(work, tmp_path):
    code = (
        "import sys\n"
        "from subprocess import run\n"
        "from time import perf_counter\n"
        "end = perf_counter() + 0.6\n"
        f"code = {'from time import *; end = perf_counter() + 0.6'!r}\n"
        "code += chr(10) + 'while perf_counter() < end: pass'\n"
        f"{work}\n"
    )

    assert child(code, tmp_path, still_seconds=0.2).how == "ended"


def test_environment_is_the_one_given(tmp_path):
    code = "import os; print(os.environ.get('ASKED'))"

    assert child(code, tmp_path, environment={**os.environ, "ASKED": "yes"}).stdout == "yes\n"
    assert child(code, tmp_path).stdout == "None\n"


def test_command_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        run_child(["/no/such/program"], tmp_path, 1.0)


def is_running(pid):
    """Return whether a process is still there; one that was killed may take a moment to go."""
    for _ in range(1000):
        with suppress(FileNotFoundError), open(f"/proc/{pid}/stat") as stat:
            if stat.read().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.01)
                continue
        return False
    return True
