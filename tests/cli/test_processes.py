"""Programs of several processes, from the command line to the report, the folder and the page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WORKERS = Path(__file__).parents[2] / "examples" / "watched" / "workers.py"
LINE = 1 + WORKERS.read_text(encoding="utf-8").splitlines().index("    text = json.dumps(orders)")

pytestmark = [pytest.mark.with_gil, pytest.mark.forks]


def run(*words, folder, status=0):
    """Run gilext with a folder for what is temporary; return what it said."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "gilext", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=folder,
        env={**os.environ, "TMPDIR": str(temporary), "COLUMNS": "200"},
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert list(temporary.glob("gilext*")) == [], "the recordings of the children stayed"
    return done.stdout + done.stderr


def test_line_of_a_pool_is_named_with_its_process(tmp_path):
    said = run("watch", "--children", "-o", tmp_path / "x.json", WORKERS, folder=tmp_path)

    document = json.loads((tmp_path / "x.json").read_text())
    children = {child["process"]["pid"]: child for child in document["children"]}
    assert len(children) >= 2
    for child in children.values():
        assert "MainThread" in [thread["name"] for thread in child["by_thread"]]
    (row,) = [line for line in said.splitlines() if f"workers.py:{LINE} json.dumps(orders)" in line
              and "%" not in line]  # fmt: skip
    assert int(row.split("json.dumps(orders)")[1].split()[0]) in children
    assert document["process"]["command"][1:] == [str(WORKERS)]


@pytest.mark.slow
def test_folder_of_a_watch_is_shown_as_one_recording(tmp_path):
    run("watch", "--children", "-o", f"{tmp_path / 'all'}/", WORKERS, folder=tmp_path)

    said = run("show", tmp_path / "all", folder=tmp_path)
    assert f"workers.py:{LINE} json.dumps(orders)" in said
    assert "pid  process" in said and "(workers.py), which all others come from" in said
    for name in ("x.html", "x.trace.json", "x.speedscope.json", "x.folded"):
        run("show", tmp_path / "all", "-o", tmp_path / name, folder=tmp_path)
    trace = json.loads((tmp_path / "x.trace.json").read_text())
    pids = {int(file.stem) for file in (tmp_path / "all").glob("*.gilext")}
    assert {event["pid"] for event in trace["traceEvents"]} == pids
    assert "Each figure is the mean of all processes" in run(
        "diff", tmp_path / "all", tmp_path / "all", folder=tmp_path
    )
