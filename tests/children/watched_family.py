"""Watch a family of processes that began in every way there is; print the recording as JSON.

Each holds the GIL in a function that is named after its way, and notes its way and its number.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import gilext
from gilext.recording import following
from gilext.recording.files import recording_in


def is_seen(way):
    """Tell whether this process's recording has a stack with this function."""
    if not following._all or not gilext.info().gil_enabled:
        return True
    for file in Path(following._all[-1].folder).glob(f"{os.getpid()}*.gilext"):
        frames = (frame for stack in recording_in(file).stacks for frame in stack.frames)
        if way in (frame.function for frame in frames):
            return True
    return False


def hold(way):
    """Hold the GIL until a sample has seen it: on a crowded machine, it gets no core for a while."""
    deadline = time.monotonic() + 30
    while not is_seen(way) and time.monotonic() < deadline:
        gilext.hold_for(0.02)


def be(way):
    """Hold the GIL in a function of this name, and say who did."""
    namespace = {"hold": hold}
    exec(f"def {way}():\n    hold({way!r})", namespace)
    namespace[way]()
    with open(os.environ["FAMILY"], "a") as file:
        file.write(f"{way} {os.getpid()}\n")


def fork(act):
    process = os.fork()
    if process == 0:
        act()
        sys.exit()
    os.waitpid(process, 0)


def fork_and_leave():
    be("left_at_once")
    os._exit(0)


def fork_and_die():
    be("killed")
    os.kill(os.getpid(), signal.SIGKILL)


def fork_and_become_another():
    be("replaced")
    os.execv(sys.executable, [sys.executable, "-I", "-c", "pass"])


def fork_twice():
    be("forked_and_forking")
    fork(lambda: be("forked_twice"))


def start(way, *options):
    subprocess.run([sys.executable, *options, __file__, way], check=True)


def start_twice():
    be("started_and_starting")
    start("started_twice")


def have_a_family():
    fork(lambda: be("forked"))
    fork(fork_and_leave)
    fork(fork_and_die)
    fork(fork_and_become_another)
    fork(fork_twice)
    forking = threading.Thread(target=fork, args=(lambda: be("forked_in_a_thread"),))
    forking.start()
    forking.join()
    for method in multiprocessing.get_all_start_methods():
        process = multiprocessing.get_context(method).Process(target=be, args=(f"by_{method}",))
        process.start()
        process.join()
    with ProcessPoolExecutor(1) as pool:
        pool.submit(be, "in_a_pool").result()
    start("started")
    start("optimized", "-O")
    noting = "import os; open(os.environ['FAMILY'], 'a').write(f'isolated {os.getpid()}\\n')"
    subprocess.run([sys.executable, "-I", "-c", noting], check=True)
    subprocess.run([sys.executable, __file__, "--start"], check=True)
    code = f"import sys; sys.path[:0] = [{os.path.dirname(__file__)!r}]; "
    code += "import watched_family; watched_family.be('as_code')"
    subprocess.run([sys.executable, "-c", code], check=True)


def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # it forks beside threads
    before = dict(os.environ)
    with gilext.watch(children=True) as watched:
        have_a_family()
    assert dict(os.environ) == before
    print(json.dumps(watched.recording.to_dict()))


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["--start"]:
            start_twice()
        case [way]:
            be(way)
