"""The loop through every binding tool: those that are installed are built, others are named."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gilext.core.environment import is_gil_enabled

SCRIPT = Path(__file__).parents[2] / "examples" / "bindings" / "compare.py"
TOOLS = {"cython": "Cython", "pybind11": "pybind11", "nanobind": "nanobind", "numba": "numba"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_tools_that_are_installed_are_measured_and_the_others_named(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--json"],
        capture_output=True, text=True, timeout=500, cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    names = " ".join(row["binding"] for row in found["rows"])
    skipped = " ".join(found["skipped"])
    for tool, module in TOOLS.items():
        shown = module if tool == "cython" else tool
        assert (shown in names) != (tool in skipped)
        assert find_spec(module) is not None or tool in skipped
    if is_gil_enabled():
        wrong = [row for row in found["rows"] if row["verdict"] != row["says"]]
        assert wrong == []
