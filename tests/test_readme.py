"""The README stays true: its commands run, its code runs."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

import gilext

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
CODE = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            command, marks=pytest.mark.slow if "examples/" in command or "lab " in command else ()
        )
        for command in COMMANDS
    ],
)
def test_command_of_the_readme_runs(command, tmp_path):
    for folder in ("examples", "csrc"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    python = f'python() {{ {sys.executable} -P "$@"; }}'

    done = subprocess.run(
        ["bash", "-ec", f'{python}; gilext() {{ python -m gilext "$@"; }}; {command}'],
        capture_output=True, text=True, timeout=100, cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", range(len(CODE)))
def test_code_of_the_readme_runs(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {
        "gilext": gilext,
        "work": lambda: gilext.hold_for(0.05),
        "my_extension": SimpleNamespace(loop=gilext.release_for, parse=gilext.release_for),
        "data": 0.002,
    }

    exec(compile(textwrap.dedent(CODE[number]), f"README.md, code {number}", "exec"), names)

    # Not the one about stalls: on a crowded machine anybody may wait longer than its limit.
    if "test_my_loop_releases_the_gil" in names:
        names["test_my_loop_releases_the_gil"]()


def test_there_are_commands_and_code():
    assert len(COMMANDS) >= 3
    assert len(CODE) >= 3


def test_every_figure_names_a_benchmark_that_is_there():
    rows = re.findall(r"\| `python (benchmarks/\w+\.py)[^`]*` \|", README)

    assert rows
    assert {row for row in rows if not (ROOT / row).exists()} == set()
