"""One loop through every binding tool that is installed: builds it with each, and measures.

``python examples/bindings/compare.py`` from the source tree; ``--json`` for the data. What is
missing is named, and installed by ``pip install '.[bindings]'`` in the source tree.
"""

import argparse
import ctypes
import importlib
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from gilext.lab.bindings_table import Candidate, packaged_candidates, tabulate_bindings
from gilext.lab.lesson import until_shown

HERE = Path(__file__).parent
CSRC = HERE.parent.parent / "csrc"

# The folder, what building it needs, and its functions: title, name, what releases the GIL in it.
TOOLS = {
    "cython": (
        ["Cython", "setuptools"],
        [
            ("Cython, def", "spin_held", None),
            ("Cython, nogil annotation", "spin_annotated", None),
            ("Cython, with nogil", "spin_released", "with nogil:"),
        ],
    ),
    "pybind11": (
        ["pybind11", "setuptools"],
        [
            ("pybind11", "spin_held", None),
            ("pybind11, call_guard", "spin_released", "call_guard<…_release>"),
        ],
    ),
    "nanobind": (
        ["nanobind", "scikit_build_core", "cmake", "ninja"],
        [
            ("nanobind", "spin_held", None),
            ("nanobind, call_guard", "spin_released", "call_guard<…_release>"),
        ],
    ),
}


def missing_from(modules):
    """Return which of the modules aren't installed."""
    return [module for module in modules if find_spec(module) is None]


def build(tool, folder):
    """Build a tool's extension with its own build system; return its module."""
    sources = folder / f"{tool}-sources"
    shutil.copytree(HERE / f"with_{tool}", sources)
    (sources / "loops").mkdir()
    for name in ("loops.c", "loops.h", "loop_table.h"):
        shutil.copy(CSRC / "loops" / name, sources / "loops")
    target = folder / "built"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-build-isolation", "--no-deps", "--target", str(target), str(sources)]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{tool} could not build the loop:\n{done.stdout}{done.stderr}")
    if str(target) not in sys.path:
        sys.path.insert(0, str(target))
    importlib.invalidate_caches()
    return importlib.import_module(f"{tool}_loops")


def numba_candidates():
    """Return the loop as numba calls it, through the address of the C function."""
    import numba

    from gilext import _native

    spin = ctypes.CDLL(_native.__file__).gilext_spin
    spin.argtypes, spin.restype = (ctypes.c_uint64, ctypes.c_uint64), ctypes.c_uint64
    signature = "uint64(uint64, uint64)"

    def call(iterations, seed):
        return spin(iterations, seed)

    return [
        Candidate(
            f"numba, nogil={nogil}",
            numba.njit(signature, nogil=nogil)(call),
            nogil,
            "nogil=True" if nogil else None,
        )
        for nogil in (False, True)
    ]


def measure():
    """Return the table, and what is not in it and why."""
    candidates, skipped = list(packaged_candidates()), []
    with tempfile.TemporaryDirectory() as folder:
        for tool, (needs, functions) in TOOLS.items():
            if missing := missing_from(needs):
                skipped.append(f"{tool}: {', '.join(missing)} not installed")
                continue
            print(f"building the loop with {tool} ...", file=sys.stderr)
            module = build(tool, Path(folder))
            candidates += [
                Candidate(title, getattr(module, name), how is not None, how)
                for title, name, how in functions
            ]
        if missing_from(["numba"]):
            skipped.append("numba: not installed")
        else:
            candidates += numba_candidates()
        return until_shown(lambda: tabulate_bindings(candidates)), skipped


def main():
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    arguments = parser.parse_args()
    lesson, skipped = measure()
    if arguments.json:
        print(json.dumps(lesson.to_dict() | {"skipped": skipped}, indent=2))
    else:
        print(lesson)
        for reason in skipped:
            print(f"Left out: {reason}.")


if __name__ == "__main__":
    main()
