"""A watched program ends as it does under python, and its report comes after that."""

import json
import signal
import subprocess
import sys

import pytest

ENDINGS = {
    "an open thread pool": """
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(2)
        print(pool.submit(pow, 2, 3).result())
    """,
    "an open process pool": """
        from concurrent.futures import ProcessPoolExecutor
        pool = None
        if __name__ == "__main__":
            pool = ProcessPoolExecutor(1)
            print(pool.submit(pow, 2, 3).result())
    """,
    "asyncio's own pool": """
        import asyncio
        loop = asyncio.new_event_loop()
        print(loop.run_until_complete(loop.run_in_executor(None, pow, 2, 3)))
    """,
    "a spawned process pool": """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        def double(number):
            return number * 2
        if __name__ == "__main__":
            pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
            print(pool.submit(double, 4).result())
    """,
    "an exit beside a pool": """
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(1)
        pool.submit(pow, 2, 3).result()
        raise SystemExit("bad config")
    """,
    "an error beside a pool": """
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(1)
        pool.submit(pow, 2, 3).result()
        1 / 0
    """,
    "a thread that goes on": """
        import threading, time
        def later():
            while threading.main_thread().is_alive():
                time.sleep(0.01)
            print("later")
        threading.Thread(target=later).start()
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        print("main ends")
    """,
    "a wait for all threads": """
        import threading, time
        while threading.active_count() > 1:
            time.sleep(0.01)
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                thread.join()
        print(threading.enumerate() == [threading.current_thread()])
    """,
    "atexit handlers": """
        import atexit, sys
        atexit.register(print, "first")
        atexit.register(print, "last", file=sys.stderr)
    """,
    "an atexit handler that raises": """
        import atexit
        atexit.register(pow, 0, -1)
    """,
    "a number": "raise SystemExit(7)",
    "a negative number": "raise SystemExit(-1)",
    "True": "raise SystemExit(True)",
    "nothing": "raise SystemExit",
    "a text": "raise SystemExit('bye')",
    "a tuple": "raise SystemExit((1, 2))",
    "an own exit": """
        class Exit(SystemExit): pass
        raise Exit(5)
    """,
    "an interrupt": "raise KeyboardInterrupt",
    "the end of a file": "raise EOFError('mine')",
    "an error with a cause": """
        def fail():
            try:
                1 / 0
            except ZeroDivisionError as error:
                raise LookupError("mine") from error
        fail()
    """,
    "an excepthook": """
        import sys
        def hook(kind, value, frames):
            print("hook", kind, value, value.__traceback__ is frames, file=sys.stderr)
            print(sys.last_traceback is frames, sys.last_value is value, sys.excepthook is hook)
            while frames:
                print(frames.tb_frame.f_code.co_name, file=sys.stderr)
                frames = frames.tb_next
        sys.excepthook = hook
        1 / 0
    """,
    "an excepthook that exits": """
        import sys
        sys.excepthook = lambda *_: sys.exit(9)
        1 / 0
    """,
    "no excepthook": """
        import sys
        del sys.excepthook
        raise SystemExit(6)
    """,
    "a closed stdout": """
        import sys
        print("said")
        sys.stdout.close()
    """,
    "a forked child that exits": """
        import os, sys
        if os.fork() == 0:
            sys.exit(4)
        print(os.waitstatus_to_exitcode(os.wait()[1]))
    """,
    "a parent that leaves its child": """
        import os, sys, time
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(writer)
            os.read(reader, 1)  # until the parent has ended
            print("child")
            sys.exit(5)
    """,
}


@pytest.fixture
def write(tmp_path):
    def write_script(source, name="program.py"):
        lines = source.strip("\n").split("\n")
        margin = len(lines[0]) - len(lines[0].lstrip())
        (tmp_path / name).write_text("\n".join(line[margin:] for line in lines) + "\n")
        return name

    return write_script


FORKING = {
    "an open process pool",
    "a forked child that exits",
    "a parent that leaves its child",
}
AS_MODULE = ["an open thread pool", "a text", "an interrupt", "an excepthook"]


@pytest.mark.parametrize(
    ("program", "ending"),
    [
        pytest.param(["program.py"], ending, marks=[pytest.mark.forks] if ending in FORKING else [])
        for ending in ENDINGS
    ]
    + [(["-m", "program"], ending) for ending in AS_MODULE],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_program_ends_as_under_python_with_one_report(write, twins, tmp_path, program, ending):
    write(ENDINGS[ending])

    ran = twins(*program, options=["--live", "--save", "seen.json"])

    assert ran.reports == 1
    assert ran.rest.count("Written: seen.json") == 1
    assert [path.name for path in tmp_path.glob("*.json")] == ["seen.json"]


def test_signal_that_kills_a_program_kills_it_here_too(write, twins):
    write("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")

    assert twins("program.py").plain.returncode == -signal.SIGTERM


def test_report_stands_after_what_the_program_printed(write, tmp_path):
    write("print('mine')")

    done = subprocess.run(
        [sys.executable, "-m", "gilext", "watch", "program.py"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100, cwd=tmp_path,
    )  # fmt: skip

    assert done.stdout.startswith("mine\n")


def test_what_runs_in_an_atexit_handler_is_watched(write, gilext_command):
    write("import atexit, gilext; atexit.register(gilext.release_for, 0.2)")

    done = gilext_command("watch", "--json", "program.py")

    assert json.loads(done.stderr)["seconds"] >= 0.2  # else the watch ended before the handler


WAITING = """
    import os, threading, time
    def work():
        while threading.main_thread().is_alive():
            time.sleep(0.01)
        os.write(1, b"main has ended\\n")  # an ending CPython aborts if a thread is in print()
        time.sleep(1000)
    threading.Thread(target=work).start()
"""
SLEEPING = """
    import time
    print("main sleeps", flush=True)
    time.sleep(1000)
"""


def interrupted(command, cwd):
    """Start a program, press Ctrl-C when it says something, and return how it ended."""
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as child:  # fmt: skip
        try:
            said = child.stdout.readline()
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
    return child.returncode, said + out, err


@pytest.mark.parametrize("source", [WAITING, SLEEPING], ids=["threads go on", "main sleeps"])
def test_interrupted_program_ends_as_under_python_with_its_report(write, tmp_path, source):
    write(source)
    plain = interrupted([sys.executable, "program.py"], tmp_path)

    code, out, err = interrupted(
        [sys.executable, "-m", "gilext", "watch", "--html", "page.html", "program.py"], tmp_path
    )

    assert (code, out) == plain[:2]
    assert ("KeyboardInterrupt" in err, "gilext/" in err) == (
        "KeyboardInterrupt" in plain[2],
        False,
    )
    assert err.count("cores usable") == 1
    assert (tmp_path / "page.html").read_text(encoding="utf-8").rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("program", "code"),
    [
        (["missing.py"], 2),
        (["-m", "missing"], 1),
        (["-m", "missing.part"], 1),
        (["empty"], 1),
        (["-m", "empty"], 1),
        (["wrong.py"], 1),
        (["-m", "wrong"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_program_that_can_not_run_is_told_as_python_tells_it_without_a_report(
    tmp_path, twins, program, code
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong.py").write_text("def f(:\n")

    ran = twins(*program, options=["--save", "seen.json"])

    assert ran.plain.returncode == code
    assert ran.rest == ""
    assert not (tmp_path / "seen.json").exists()


def test_failing_import_is_part_of_the_program(write, twins):
    write("import no_such_module")

    assert twins("program.py").reports == 1
