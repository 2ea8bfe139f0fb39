"""How long the audit of a wheel takes, and how much memory that of a folder of binaries.

Run ``python benchmarks/audit_speed.py WHEEL...`` from the source tree, on Linux. The first wheel is
audited ``--rounds`` times. The compiled files of all of them are then copied, over and over, into
folders of 50, 200 and 500; each folder is audited in a process of its own, and the memory of that
process and of all that it starts is sampled every 20 ms.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from itertools import cycle, islice
from pathlib import Path, PurePath

from gilext.auditing.audit import audit
from gilext.auditing.targets.binary_names import is_binary_name

COUNTS = (50, 200, 500)
SAMPLE_SECONDS = 0.02
AUDIT = "import json, sys, gilext.auditing.audit as a; " \
        "found = a.audit(sys.argv[1], imports=False).packages; " \
        "print(json.dumps(sum(len(one.modules) for one in found)))"  # fmt: skip


def main():
    options = parsed()
    print(f"CPython {platform.python_version()}, {platform.platform()}, {os.cpu_count()} CPUs")
    seconds = sorted(seconds_for(options.wheels[0]) for _ in range(options.rounds))
    print(f"{options.wheels[0].name}: {seconds[0]:.2f} to {seconds[-1]:.2f} s")
    with tempfile.TemporaryDirectory(prefix="audit-speed-") as place:
        binaries = unpacked(options.wheels, Path(place, "all"))
        for count in COUNTS:
            folder = Path(place, str(count))
            folder.mkdir()
            for number, binary in enumerate(islice(cycle(binaries), count)):
                os.link(binary, folder / f"{number:04}_{binary.name}")
            found, peak, took = audited_apart(folder)
            size = sum(one.stat().st_size for one in folder.iterdir())
            print(f"{found:4} binaries, {size / 2**20:6.0f} MiB: {took:6.1f} s, "
                  f"at most {peak / 2**20:5.0f} MiB in memory")  # fmt: skip


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def seconds_for(wheel):
    begin = time.perf_counter()
    audit(wheel, imports=False)
    return time.perf_counter() - begin


def unpacked(wheels, folder):
    """Return the compiled files of wheels, each in a folder of its own."""
    files = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if is_binary_name(PurePath(name).name):
                    files.append(Path(archive.extract(name, folder / wheel.stem)))
    return files


def audited_apart(folder):
    """Return how many files a process audited, the most memory of it and its children, and when."""
    begin = time.perf_counter()
    command = [sys.executable, "-c", AUDIT, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(map(resident_bytes, family(process.pid))))
            time.sleep(SAMPLE_SECONDS)
        said = process.stdout.read()
    if process.returncode:
        sys.exit(f"the audit of {folder} ended with {process.returncode}")
    return json.loads(said), peak, time.perf_counter() - begin


def family(pid):
    """Return a process and all that descend from it, those that are still there."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        for children in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                waiting += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def resident_bytes(pid):
    """Return what of a process lies in memory; what several share is counted for each of them."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
