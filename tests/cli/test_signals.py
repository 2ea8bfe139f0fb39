"""A signal ends a watched program as it ends one under python; the report comes before."""

import json
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")

REPORT = "cores usable"

# Each says when it is ready for the signal, and has something left in its buffer.
READY = """
import asyncio, atexit, os, select, signal, subprocess, sys, threading, time
def ready():
    os.write(1, b"ready\\n")
    print("never flushed")
"""
ENDED_BY_IT = {
    "asleep": "ready(); time.sleep(1000)",
    "busy": "ready()\nwhile True: pass",
    "in a wait for a lock": "lock = threading.Lock(); lock.acquire(); ready(); lock.acquire()",
    "in select": "ready(); select.select([0], [], [], 1000)",
    "in a wait for a thread": """
thread = threading.Thread(target=time.sleep, args=(1000,), daemon=True)
thread.start(); ready(); thread.join()
""",
    "in a wait for a child": """
child = subprocess.Popen([sys.executable, "-c", "open(0).read()"], stdin=subprocess.PIPE)
ready(); child.wait()
""",
    "beside busy threads": """
def work():
    while True: sum(range(100))
for _ in range(4): threading.Thread(target=work, daemon=True).start()
ready(); time.sleep(1000)
""",
    "after main": """
def work():
    while threading.main_thread().is_alive(): time.sleep(0.01)
    ready(); time.sleep(1000)
threading.Thread(target=work).start()
print("flushed when main ends")
""",
    "in an event loop": """
async def main(): ready(); await asyncio.sleep(1000)
asyncio.run(main())
""",
    "in an exit handler": "atexit.register(lambda: (ready(), time.sleep(1000)))",
    "with a handler of old": """
number = int(sys.argv[1])
before = signal.signal(number, lambda *_: None)
signal.signal(number, before)
ready(); time.sleep(1000)
""",
    "with a handler of an event loop of old": """
number = int(sys.argv[1])
async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(number, print)
    loop.remove_signal_handler(number)
asyncio.run(main())
if number == signal.SIGINT: signal.signal(number, signal.SIG_DFL)
ready(); time.sleep(1000)
""",
    "raised again after a handler": """
number = int(sys.argv[1])
came = []
before = signal.signal(number, lambda *_: came.append(1))
ready()
while not came: time.sleep(0.01)
signal.signal(number, before)
os.write(1, b"closed\\n")
signal.raise_signal(number)
os.write(1, b"never\\n")
""",
}
NOT_ENDED_BY_IT = {
    "a handler that exits": """
signal.signal(int(sys.argv[1]), lambda *_: sys.exit(5)); ready(); time.sleep(1000)
""",
    "a handler that raises": """
signal.signal(int(sys.argv[1]), lambda *_: 1 / 0); ready(); time.sleep(1000)
""",
    "ignored": """
signal.signal(int(sys.argv[1]), signal.SIG_IGN); ready(); time.sleep(0.3)
""",
    "a handler of an event loop": """
async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(int(sys.argv[1]), stop.set)
    ready(); await stop.wait()
asyncio.run(main())
""",
    "waited for": """
number = int(sys.argv[1])
signal.pthread_sigmask(signal.SIG_BLOCK, [number]); ready(); print(signal.sigwait([number]))
""",
}
SIGNALS = [signal.SIGTERM, signal.SIGHUP]


def signalled(command, number, cwd, times=1):
    """Start a program, send it a signal when it is ready, and return how it ended."""
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE,
        text=True, preexec_fn=lambda: [signal.signal(one, signal.SIG_DFL) for one in SIGNALS],
    ) as child:  # fmt: skip
        try:
            said = ""
            while not said.endswith("ready\n"):
                said += child.stdout.readline() or pytest.fail("it never was ready")
            time.sleep(0.05)  # until it is where it says that it will be
            for _ in range(times):
                child.send_signal(number)
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
    return child.returncode, said + out, err


@pytest.fixture
def signal_twins(tmp_path):
    """Signal a program under python and under gilext watch: both must end the same way."""

    def run(source, number):
        (tmp_path / "program.py").write_text(READY + source)
        command = ["program.py", str(int(number))]
        plain = signalled([sys.executable, *command], number, tmp_path)
        watch = [sys.executable, "-m", "gilext", "watch", "--save", "seen.json", *command]
        watched = signalled(watch, number, tmp_path)
        assert watched[:2] == plain[:2]
        assert watched[2].startswith(plain[2])
        assert watched[2].count(REPORT) == 1
        assert watched[2].count("Written: seen.json") == 1
        return plain[0]

    return run


@pytest.mark.parametrize("source", ENDED_BY_IT.values(), ids=ENDED_BY_IT)
def test_program_that_a_signal_ends_has_its_report_first(signal_twins, source):
    assert signal_twins(source, signal.SIGTERM) == -signal.SIGTERM


@pytest.mark.parametrize("source", NOT_ENDED_BY_IT.values(), ids=NOT_ENDED_BY_IT)
def test_program_that_sees_to_a_signal_itself_does_so(signal_twins, source):
    assert signal_twins(source, signal.SIGTERM) >= 0


def test_hangup_is_such_a_signal(signal_twins):
    assert signal_twins(ENDED_BY_IT["asleep"], signal.SIGHUP) == -signal.SIGHUP


def test_interrupt_is_one_if_the_program_gives_it_its_default_action(signal_twins):
    source = "signal.signal(signal.SIGINT, signal.SIG_DFL)\n" + ENDED_BY_IT["asleep"]

    assert signal_twins(source, signal.SIGINT) == -signal.SIGINT


def test_thread_that_writes_the_report_is_none_of_the_program_s(tmp_path):
    (tmp_path / "program.py").write_text(READY + ENDED_BY_IT["asleep"])
    command = [sys.executable, "-m", "gilext", "watch", "--json", "program.py"]

    for _ in range(2):
        _, _, err = signalled(command, signal.SIGTERM, tmp_path)
        names = {thread["name"] for thread in json.loads(err)["by_thread"]}
        assert names - {"gilext report"} <= {"MainThread"}


def test_signal_during_the_report_of_an_exit_comes_after_it(signal_twins, tmp_path):
    slow = """
import atexit, gilext.cli.watched
def slow(*_, text_of=gilext.cli.watched.text_of):
    ready(); time.sleep(0.3)
    return text_of(*_)
gilext.cli.watched.text_of = slow
if "gilext.cli.main" not in sys.modules:  # under python
    atexit.register(lambda: (ready(), time.sleep(99)))
"""
    assert signal_twins(slow, signal.SIGTERM) == -signal.SIGTERM


TABLE = """
import faulthandler, os, signal
for number in signal.SIGHUP, signal.SIGINT, signal.SIGTERM:
    print(signal.getsignal(number), signal.signal(number, print) is not print, flush=True)
print(signal.signal.__module__, signal.signal.__name__, os._exit, os._exit.__name__, os.execv)
try:
    signal.signal(signal.SIGTERM, 3)
finally:
    os._exit("x")
"""


def test_program_sees_the_handlers_and_functions_that_it_sees_under_python(tmp_path, twins):
    (tmp_path / "program.py").write_text(TABLE)

    ran = twins("program.py")

    assert "TypeError" in ran.plain.stderr
    assert ran.reports == 1


CHILDREN = """
import multiprocessing, os, signal, subprocess, sys, time
def wait(): time.sleep(1000)
if __name__ == "__main__":
    forked = os.fork()
    if forked == 0: wait()
    os.kill(forked, signal.SIGTERM)
    print(os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]))
    for method in multiprocessing.get_all_start_methods():
        process = multiprocessing.get_context(method).Process(target=wait)
        process.start(); process.terminate(); process.join(); print(process.exitcode)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process.terminate(); print(process.wait(), flush=True)
    forked = os.fork()
    if forked == 0:
        caught = int(open("/proc/self/status").read().split("SigCgt:")[1].split()[0], 16)
        print(caught % 2**31, type(os._exit), type(os.execv), len(os.listdir("/proc/self/task")), flush=True)
        os._exit(9)
    print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.forks
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_children_have_none_of_it(tmp_path, twins):
    (tmp_path / "program.py").write_text(CHILDREN)

    assert twins("program.py").reports == 1


def test_second_signal_soon_after_the_first_changes_nothing(tmp_path):
    """As that of timeout, which sends one to the process and one to its group."""
    (tmp_path / "program.py").write_text(READY + ENDED_BY_IT["busy"])
    command = [sys.executable, "-m", "gilext", "watch", "program.py"]

    code, _, err = signalled(command, signal.SIGTERM, tmp_path, times=2)

    assert code == -signal.SIGTERM
    assert err.count(REPORT) == 1


@pytest.mark.forks
def test_children_are_in_the_report_before_a_signal(tmp_path):
    (tmp_path / "program.py").write_text(
        READY + "os.fork() or os._exit(0)\nos.wait()\n" + ENDED_BY_IT["asleep"]
    )
    command = [sys.executable, "-m", "gilext", "watch", "--children", "--json", "program.py"]

    code, _, err = signalled(command, signal.SIGTERM, tmp_path)

    assert code == -signal.SIGTERM
    assert len(json.loads(err)["children"]) == 1
