"""gilext watch --children, and what it leaves in a folder."""

import json
import os

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="recordings in files need POSIX")

PROGRAM = """
import subprocess, sys
if sys.argv[1:]:
    print("child")
    raise SystemExit(4)
raise SystemExit(subprocess.call([sys.executable, __file__, "child"]))
"""


@pytest.fixture
def program(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    return "program.py"


def test_report_has_a_line_for_each_process(gilext_command, program):
    done = gilext_command("watch", "--children", program)

    assert (done.returncode, done.stdout) == (4, "child\n")
    assert "2 processes" in done.stderr
    assert "program.py child" in done.stderr


def test_without_children_there_is_one_process(gilext_command, program):
    done = gilext_command("watch", "--json", program)

    assert json.loads(done.stderr)["children"] == []


def test_json_has_the_children(gilext_command, program):
    done = gilext_command("watch", "--children", "--json", program)

    (child,) = json.loads(done.stderr)["children"]
    assert child["process"]["command"][-1] == "child"
    assert child["process"]["end"] == "ended"


@pytest.mark.parametrize("exists", [False, True], ids=["new folder", "folder that exists"])
def test_recordings_stay_in_a_folder_that_show_reads(gilext_command, program, tmp_path, exists):
    folder = tmp_path / "recordings"
    if exists:
        folder.mkdir()
    done = gilext_command(
        "watch", "--children", "-o", "recordings" if exists else "recordings/", program
    )
    shown = gilext_command("show", "recordings")

    assert done.returncode == 4
    assert len(list(folder.glob("*.gilext"))) == 2
    assert "Written: recordings" in done.stderr
    assert shown.returncode == 0, shown.stderr
    assert "2 processes" in shown.stdout


def test_folder_with_recordings_is_left_as_it_is(gilext_command, program, tmp_path):
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "1.gilext").write_bytes(b"old")

    done = gilext_command("watch", "--children", "-o", "recordings", program)

    assert (done.returncode, done.stdout) == (1, "")
    assert "has recordings of another watch" in done.stderr
    assert (tmp_path / "recordings" / "1.gilext").read_bytes() == b"old"


def test_folder_is_no_place_for_the_recording_of_one_process(gilext_command, program, tmp_path):
    (tmp_path / "recordings").mkdir()

    done = gilext_command("watch", "-o", "recordings", program)

    assert done.returncode == 2


def test_folder_without_recordings_is_said_to_have_none(gilext_command, tmp_path):
    done = gilext_command("show", ".")

    assert done.returncode == 2
    assert "no recording of a program whose children were watched" in " ".join(done.stderr.split())
