"""Whether check_leaks() finds what is planted, and accuses none of three hundred sound functions.

Run ``python benchmarks/leak_check.py`` from the source tree. It fails when one planted leak is
missed or misnamed, or one sound function is accused. It takes half an hour, and two minutes with
``--runs 1``. ``--fresh`` makes each run in a fork of this process, in which nothing was called
before; ``--busy 4`` puts four busy processes next to it.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from statistics import median

from gilext import check_leaks, is_immortal
from gilext.core.report import counted

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "planted"))
sys.path.insert(0, str(Path(__file__).parent))
import sound_library
import sound_packages
import sound_system
from planting import CASES, plant

SLOWEST = 10


def main():
    options = parsed()
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.busy)
    ]
    try:
        wrong = 0 if options.only else planted(options.runs)
        wrong += sound([sound_library.sound, sound_system.sound], options)
        # What is imported makes a check take longer, so it is imported late.
        packages, missing = sound_packages.packages()
        wrong += sound(packages, options)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    for name in missing:
        print(f"{name} isn't installed: its functions were left out")
    sys.exit(wrong > 0)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="words, one of them in a function's name")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--fresh", action="store_true", help="each run in a fork of its own")
    parser.add_argument("--busy", type=int, default=0, help="how many busy processes to start")
    return parser.parse_args()


def planted(runs):
    """Check what is planted and its twins, and return how many checks were wrong."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        module = plant(folder)
        for name, (make, options, of) in CASES.items():
            if name == "none" and is_immortal(None):
                print("None is immortal on this version: nothing can leak")
                continue
            reports = [
                check_leaks(getattr(module, f"leak_{name}"), *make(), **options)
                for _ in range(runs)
            ]
            found = sum([leak.of for leak in report.leaks] == [of] for report in reports)
            cleared = sum(
                not check_leaks(getattr(module, f"sound_{name}"), *make(), **options).leaks
                for _ in range(runs)
            )
            wrong += 2 * runs - found - cleared
            print(f"{name:10} found and named {found} of {runs}, its twin cleared {cleared}")
    return wrong


def sound(groups, options):
    """Check functions that leak nothing, and return how many checks accused one."""
    start = time.perf_counter()
    cases = [
        case
        for group in groups
        for case in group.cases.values()
        if any(word in f"{group.package} {case.name}" for word in options.only or [""])
    ]
    if not cases:
        return 0
    accused, doubted, seconds = Counter(), Counter(), {}
    for case in cases:
        began = time.perf_counter()
        for _ in range(options.runs):
            leaks, possible = forked(case) if options.fresh else checked(case)
            accused[case.name] += bool(leaks)
            doubted[case.name] += bool(possible) and not leaks
            for said in (*(f"accused: {text}" for text in leaks),
                         *(f"doubted: {text}" for text in possible)):  # fmt: skip
                print(f"{case.name}: {said}", flush=True)
        seconds[case.name] = (time.perf_counter() - began) / options.runs
    print(
        f"{platform.python_implementation()} {platform.python_version()}: "
        f"{counted(accused.total(), 'false alarm')} and {counted(doubted.total(), 'doubt')} in "
        f"{counted(options.runs, 'run')} over {counted(len(cases), 'function')}; "
        f"{time.perf_counter() - start:.0f} s in all, {median(seconds.values()):.3f} s per check "
        "in the median; the slowest:"
    )
    for name in sorted(seconds, key=seconds.get)[: -SLOWEST - 1 : -1]:
        print(f"  {seconds[name]:6.2f} s  {name}")
    return accused.total()


def checked(case):
    """Check one case, and return what it is said to leak, and what it may."""
    report = check_leaks(case.fn, *case.args, **case.options)
    return [leak.text for leak in report.leaks], [leak.text for leak in report.possible]


def forked(case):
    """Check one case in a child process, and return the same."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            said = "\n".join("\t".join(texts) for texts in checked(case))
        except BaseException:
            said = f"failed: {traceback.format_exc()!r}\n"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as file:
        leaks, _, possible = file.read().partition("\n")
    os.waitpid(pid, 0)
    return [text for text in leaks.split("\t") if text], possible.split("\t") if possible else []


if __name__ == "__main__":
    main()
