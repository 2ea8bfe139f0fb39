"""gilext's watch and its peers, behind one interface: measure a held fraction for some seconds."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import gilext

PY_SPY = shutil.which(
    "py-spy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
)


class Reading:
    """What an instrument says: a held fraction, its error where it gives one, and py-spy's stacks.

    Each stack is a line of its raw format: frames, the outermost first, and how many samples.
    """

    fraction = None
    error = None
    stacks = ()


@contextmanager
def watch(interval=None):
    reading = Reading()
    with gilext.watch(interval=interval, stalls=None) as watched:
        yield reading
    reading.fraction, reading.error = watched.held_fraction, watched.held_error


@contextmanager
def gilknocker(microseconds):
    """Its README's default is to knock every 1000 microseconds."""
    from gilknocker import KnockKnock

    reading = Reading()
    knocker = KnockKnock(microseconds)
    knocker.start()
    try:
        yield reading
        reading.fraction = knocker.contention_metric
    finally:
        knocker.stop()


@contextmanager
def py_spy(rate):
    """From another process; the fraction is its samples with a holder over all that it took."""
    reading = Reading()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "stacks.txt")
        command = [PY_SPY, "record", "--gil", "--format", "raw", "--rate", str(rate)]
        command += ["--duration", "100000", "--pid", str(os.getpid()), "--output", str(output)]
        spy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)  # until it has found the interpreter
        start = time.perf_counter()
        yield reading
        seconds = time.perf_counter() - start
        spy.send_signal(2)
        spy.wait()
        reading.stacks = output.read_text().splitlines() if output.exists() else []
        held = sum(int(line.rsplit(" ", 1)[1]) for line in reading.stacks)
        reading.fraction = held / rate / seconds


INSTRUMENTS = {
    "gilext": watch,
    "gilext, 0.1 ms": lambda: watch(1e-4),
    "gilknocker, 1 ms": lambda: gilknocker(1000),
    "gilknocker, 0.1 ms": lambda: gilknocker(100),
}
if PY_SPY is not None:
    INSTRUMENTS["py-spy --gil, 1000 Hz"] = lambda: py_spy(1000)
