"""Whether check_leaks() finds leaks that packages were published with, and clears their repairs.

Run ``python benchmarks/published_leaks.py`` from the source tree, on Linux. It installs each
affected and each repaired version into a virtual environment of its own, below ``--folder``, by
pip; that takes a few minutes and 3 GB the first time. It uses each CPython from 3.11 to 3.13 that
it finds; leaks of CPython itself need the patch releases that ``leaks/table.toml`` names, and are
left out without them. ``--truth`` measures the repros without gilext instead.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEAKS = Path(__file__).parent / "leaks"
sys.path[:0] = [str(ROOT / ".ci"), str(LEAKS)]

from child import MARK  # noqa: E402
from interpreters import find_interpreters  # noqa: E402

TIMEOUT_SECONDS = 120
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))


class Side:
    """One version of what leaks: its interpreter, its environment, and gilext beside it."""

    def __init__(self, name, leak, side, folder, pythons):
        self.name = name
        self.packages = leak.get(side, [])
        self.compiled = leak.get("compiled")
        wanted = leak["python"] if side == "affected" else leak.get("repaired_python")
        self.python = python_of(wanted or leak["python"], pythons)
        self.venv = folder / f"{name}-{side}"
        self.exists = side == "affected" or side in leak or "repaired_python" in leak

    def prepare(self, folder):
        done = self.venv / "done"
        wanted = json.dumps([self.packages, self.python])
        if not (done.exists() and done.read_text() == wanted):
            shutil.rmtree(self.venv, ignore_errors=True)
            quiet([self.python, "-m", "venv", self.venv])
            if self.packages:
                setuptools = ["setuptools"] if self.compiled else []
                pip(self.venv / "bin" / "python", "--prefer-binary", *self.packages, *setuptools)
            if self.compiled:
                self._compile()
            done.write_text(wanted)
        version = subprocess.run(
            [self.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        self.gilext = folder / f"gilext-{version}"

    def _compile(self):
        (site,) = self.venv.glob("lib/python*/site-packages")
        source = site / self.compiled
        shutil.copy(LEAKS / "cython" / self.compiled, source)
        python = self.venv / "bin" / "python"
        quiet([python, "-m", "Cython.Build.Cythonize", "-i", "-3", source], cwd=site)

    def run(self, what):
        """Run the repro once, and return its result, or what went wrong as text."""
        try:
            done = subprocess.run(
                [self.venv / "bin" / "python", LEAKS / "child.py", what, self.name],
                env=os.environ | {"PYTHONPATH": str(self.gilext)},
                capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"no answer in {TIMEOUT_SECONDS} s"
        _, _, result = done.stdout.rpartition(MARK)
        if done.returncode != 0 or not result:
            return f"exit {done.returncode}: {done.stderr.strip()[-200:]}"
        return json.loads(result)


def python_of(wanted, pythons):
    """Return an interpreter of a version such as 3.11 or 3.13.0, or None."""
    exact = wanted.count(".") == 2
    for version, path in pythons.items():
        if version == wanted or (not exact and version.rpartition(".")[0] == wanted):
            return path
    return None


def quiet(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")


def pip(python, *arguments):
    quiet([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments])


def install_gilext(sides, folder):
    for gilext in sorted({side.gilext for side in sides}):
        shutil.rmtree(gilext, ignore_errors=True)
        python = next(side.python for side in sides if side.gilext == gilext)
        build = folder / "source"
        shutil.rmtree(build, ignore_errors=True)
        ignored = shutil.ignore_patterns("*.so", "build", ".git", "docs", "tests")
        shutil.copytree(ROOT, build, ignore=ignored)
        pip(python, "--no-deps", "--target", gilext, build)


def judge(name, leak, affected, repaired, runs):
    """Check both versions, print a row, and return how many runs went wrong."""
    found = named = accused = 0
    seconds, odd = [], []
    for side, times in ((affected, runs), (repaired, runs * repaired.exists)):
        for _ in range(times):
            result = side.run("check")
            if isinstance(result, str):
                odd.append(result)
                continue
            seconds.append(result["seconds"])
            leaks = result["leaks"]
            if side is affected:
                found += bool(leaks)
                said = f"{result['sentence']} {result['text']}"
                named += bool(leaks and re.search(leak["named"], said, re.I | re.S))
            else:
                rest = leak.get("remains")
                accused += any(not (rest and re.search(rest, of)) for of in leaks)
    clear = f"{runs - accused} of {runs}" if repaired.exists else "-"
    mean = sum(seconds) / max(len(seconds), 1)
    print(
        f"{name:24} {leak['kind']:40} found {found} of {runs}, named {named}, "
        f"repaired clear {clear}, {mean:.1f} s",
        *odd, flush=True,
    )  # fmt: skip
    return 2 * runs - found - named + accused + len(odd)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="which leaks; all, if none is given")
    parser.add_argument("--runs", type=int, default=1, help="how often each is checked")
    parser.add_argument("--truth", action="store_true", help="measure without gilext instead")
    parser.add_argument("--folder", type=Path, default=CACHE / "gilext" / "published-leaks")
    parser.add_argument(
        "--python", action="append", default=[], metavar="VERSION=PATH",
        help="an interpreter that isn't found by itself",
    )  # fmt: skip
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    pythons = find_interpreters() | dict(one.split("=", 1) for one in options.python)
    table = tomllib.loads((LEAKS / "table.toml").read_text())
    pairs, left_out = {}, []
    for name in options.names or table:
        pair = [
            Side(name, table[name], side, options.folder, pythons)
            for side in ("affected", "repaired")
        ]
        needed = [side for side in pair if side.exists]
        if all(side.python for side in needed):
            for side in needed:
                side.prepare(options.folder)
            pairs[name] = pair
        else:
            left_out.append(name)
    wrong = 0
    if not options.truth and pairs:
        sides = [side for pair in pairs.values() for side in pair if side.exists]
        install_gilext(sides, options.folder)
    for name, pair in pairs.items():
        if options.truth:
            print(name, *(side.run("truth") for side in pair if side.exists), flush=True)
        else:
            wrong += judge(name, table[name], *pair, options.runs)
    if left_out:
        print("left out for want of an interpreter:", ", ".join(left_out))
    print(f"{len(pairs)} leaks, {wrong} times wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
