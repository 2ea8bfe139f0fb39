"""The race as it was published, on CPython 3.9 or older, where threads switch at any step."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress

from gilext.lab.asking import answer_to
from gilext.lab.races import CountedWay

_NAMES = ("python3.9", "python3.8", "python3.7", "python3.6")

# It runs where gilext isn't installed.
_PROGRAM = """
import json, platform, sys, threading, time

class Box:
    total = 0

box, times = Box(), int(sys.argv[1])

def add():
    for _ in range(times):
        box.total += 1

threads = [threading.Thread(target=add) for _ in range(2)]
start = time.perf_counter()
for one in threads:
    one.start()
for one in threads:
    one.join()
print(json.dumps([platform.python_version(), box.total, time.perf_counter() - start]))
"""


def race_in_old_python(additions: int) -> CountedWay | None:
    """Run the published race on the newest CPython up to 3.9 in the search path.

    Parameters
    ----------
    additions : int
        How often each of two threads adds 1.

    Returns
    -------
    CountedWay or None
        None if there is no such interpreter, or if it doesn't run.
    """
    for path in filter(None, map(shutil.which, _NAMES)):
        with suppress(subprocess.CalledProcessError):
            version, total, seconds = answer_to(path, "-E", "-s", "-c", _PROGRAM, str(additions))
            made = 2 * additions
            way = f"CPython {version}, total += 1"
            return CountedWay(way, made, made - total, None, seconds / made, None)
    return None
