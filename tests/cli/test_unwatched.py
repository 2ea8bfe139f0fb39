"""Of children that gilext watch doesn't watch, it says that they are missing."""

import pytest

pytestmark = pytest.mark.with_gil

PARENT = """
import subprocess, sys
subprocess.run([sys.executable, "child.py"])
"""
CHILD = """
import threading, time
import gilext
threading.Thread(target=lambda: [time.sleep(1e-6) for _ in range(10**7)], daemon=True).start()
used = time.process_time()
while time.process_time() - used < 0.3:
    gilext.hold_for(0.05)  # the culprit
"""


@pytest.fixture
def watched(gilext_command, tmp_path):
    (tmp_path / "parent.py").write_text(PARENT)
    (tmp_path / "child.py").write_text(CHILD)

    def run(*options):
        done = gilext_command("watch", *options, "parent.py")
        assert done.returncode == 0, done.stderr
        return " ".join(done.stderr.split())

    return run


def test_children_that_are_watched_are_not_missing(watched):
    said = watched("--children")
    assert "child.py:7 gilext.hold_for(0.05)" in said
    assert "weren't watched" not in said


def test_children_that_nobody_watched_are_said_to_be_missing(watched):
    said = watched()
    assert "s of CPU time and weren't watched" in said
    assert "child.py" not in said


def test_nothing_is_said_to_be_missing_if_there_was_no_child(gilext_command, tmp_path):
    (tmp_path / "alone.py").write_text("print('done')")
    assert "Missing" not in gilext_command("watch", "alone.py").stderr
