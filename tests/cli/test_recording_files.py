"""gilext watch -o run.gilext: the recording is there whatever happens to the program."""

import os
import signal

import pytest

KILLED = """
import gilext, os, sys
for _ in range(int(sys.argv[1]) if sys.argv[1:] else 20):
    gilext.hold_for(0.005)
os.kill(os.getpid(), 9)
"""


def test_a_program_that_is_killed_leaves_its_recording(gilext_command, tmp_path):
    (tmp_path / "program.py").write_text(KILLED)

    done = gilext_command("watch", "-o", "run.gilext", "program.py")
    shown = gilext_command("show", "run.gilext")

    assert done.returncode == -signal.SIGKILL
    assert shown.returncode == 0, shown.stderr
    assert "Incomplete: the process ended without ending its recording" in shown.stdout
    assert "Written" not in done.stderr


@pytest.mark.with_gil
def test_a_recording_of_a_program_that_was_killed_has_its_lines(gilext_command, tmp_path):
    (tmp_path / "program.py").write_text(KILLED)

    line, shown = "program.py:4 gilext.hold_for(0.005)", ""
    for times in (20, 200, 2000):  # while all cores are busy, few stacks are taken
        (tmp_path / "run.gilext").unlink(missing_ok=True)
        gilext_command("watch", "-o", "run.gilext", "program.py", str(times))
        shown = gilext_command("show", "run.gilext").stdout
        if line in shown:
            break

    assert line in shown


def test_show_says_of_a_file_what_was_said_at_the_end(gilext_command, tmp_path):
    (tmp_path / "program.py").write_text("import gilext; gilext.hold_for(0.03)")

    done = gilext_command("watch", "-o", "run.gilext", "program.py")
    shown = gilext_command("show", "run.gilext")

    assert done.stderr == shown.stdout + "Written: run.gilext\n"


def test_it_becomes_json(gilext_command, tmp_path):
    (tmp_path / "program.py").write_text(KILLED)
    gilext_command("watch", "-o", "run.gilext", "program.py")

    gilext_command("show", "run.gilext", "-o", "run.json")

    in_a_file, as_json = (gilext_command("show", f"run.{end}") for end in ("gilext", "json"))
    assert in_a_file.stdout == as_json.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["watch", "-o", "no/folder.gilext", "program.py"], "there is no folder"),
        (["watch", "-o", "a.gilext", "-o", "b.gilext", "program.py"], "only one .gilext file"),
        (["watch", "-o", "pipe.gilext", "program.py"], "File exists"),
        (["show", "program.py", "-o", "new.gilext"], "'program.py' is no recording"),
        (["show", "some.gilext"], "it doesn't begin as a recording does"),
    ],
)
def test_wrong_use_is_said(gilext_command, tmp_path, arguments, said):
    os.mkfifo(tmp_path / "pipe.gilext")
    (tmp_path / "program.py").write_text("print('it runs')")
    (tmp_path / "some.gilext").write_text("no recording")

    done = gilext_command(*arguments)

    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "it runs" not in done.stdout
