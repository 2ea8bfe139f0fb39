"""Builds the module of planted leaks, and says what each is: for the tests and a benchmark."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

# The arguments, the options of check_leaks(), and what it has to name.
CASES = {
    "argument": (lambda: ([],), {}, "argument 1"),
    "second": (lambda: (1, []), {}, "argument 2"),
    "keyword": (lambda: (), {"key": []}, "argument 'key'"),
    "result": (lambda: (), {}, "the result"),
    "returned": (lambda: ([],), {}, "argument 1"),
    "none": (lambda: (), {}, "None"),
    "buffer": (lambda: (bytearray(8),), {}, "argument 1"),
    "on_error": (lambda: ([],), {"raises": ValueError}, "argument 1"),
    "object": (lambda: (), {}, "memory"),
    "memory": (lambda: (), {}, "memory"),
    "large": (lambda: (), {}, "memory"),
    "large_result": (lambda: (), {}, "the result"),
    "heap": (lambda: (), {}, "heap"),
}


def plant(folder):
    """Build the module in a folder, and import it."""
    for name in ("planted.c", "setup.py"):
        shutil.copy(Path(__file__).parent / name, folder)
    built = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", "."],
        cwd=folder, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    if built.returncode != 0:
        raise RuntimeError(built.stderr)
    (path,) = Path(folder).glob("planted.*.*")
    spec = importlib.util.spec_from_file_location("planted", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
