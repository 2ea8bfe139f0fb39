"""A fork beside gilext's own threads is no fork beside threads; one beside the program's is."""

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.forks,
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc"),
]

FORKS = """
import os, sys, threading, time, warnings
import gilext
shown = []
warnings.showwarning = lambda message, *_: shown.append(str(message))
def warnings_of_a_fork():
    shown.clear()
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    return len(shown)
"""
WATCHES = {
    "watch": "with gilext.watch():",
    "monitor": "with gilext.monitor():",
    "monitor that calls back": "with gilext.monitor(watchdog=1.0, on_stall=print):",
}


def run(source):
    done = subprocess.run(
        [sys.executable, "-P", "-c", FORKS + source], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("watch", WATCHES.values(), ids=WATCHES)
@pytest.mark.parametrize("filter", ["always", "error"])
def test_own_threads_are_no_reason_to_warn(watch, filter):
    source = f"""
warnings.simplefilter({filter!r})
before = list(warnings.filters)
{watch}
    print([warnings_of_a_fork() for _ in range(3)])
print(warnings_of_a_fork())
while len(os.listdir("/proc/self/task")) > 1:  # a thread that has ended is there a little longer
    time.sleep(0.001)
print(warnings_of_a_fork(), warnings.filters == before)
"""
    assert run(source) == "[0, 0, 0]\n0\n0 True\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="it never warns")
def test_threads_of_the_program_are_a_reason():
    source = """
warnings.simplefilter("always")
with gilext.watch():
    print(warnings_of_a_fork())
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    print(warnings_of_a_fork(), warnings_of_a_fork())
"""
    assert run(source) == "0\n1 1\n"


def test_other_warnings_are_shown_as_often_as_without_a_watch():
    source = """
warnings.simplefilter("default")
with gilext.watch():
    for _ in range(3):
        warnings.warn("mine")
        told = list(shown)
        warnings_of_a_fork()
        print(told)
"""
    assert run(source) == "['mine']\n[]\n[]\n"
