"""Every example runs as a script and states what was seen."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("[0-9]*.py"))
QUICK = ("14", "15", "16")


def run_example(path, cwd):
    return subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=100, cwd=cwd
    )


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path.stem[:2] in QUICK else pytest.mark.slow)
        for path in EXAMPLES
    ],
    ids=lambda path: path.stem,
)
def test_example_runs_and_ends_in_a_sentence(path, tmp_path):
    done = run_example(path, tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith(".")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_uses_public_names_only(path):
    source = path.read_text(encoding="utf-8")

    assert not re.search(r"gilext\._|from gilext\._|\._\w", source)
    assert sum(bool(line.strip()) for line in source.splitlines()) <= 60
