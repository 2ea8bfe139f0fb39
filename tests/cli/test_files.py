"""What gilext watch leaves behind: whole files in the right place, whatever else fails."""

import json
import os
import sys

import pytest

import gilext

SCRIPT = "import sys, gilext\ngilext.hold_for(0.03)\nsys.path.clear()\nsys.exit(3)\n"


@pytest.fixture
def script(tmp_path):
    (tmp_path / "program.py").write_text(SCRIPT)
    return "program.py"


def test_each_kind_of_file_is_written(gilext_command, script, tmp_path):
    pytest.importorskip("matplotlib")

    done = gilext_command(
        "watch", "--html", "p.html", "--trace", "t.json", "--plot", "p.svg", "--save", "r.json",
        "--save", "s.trace.json", "-o", "s.speedscope.json", "--output", "s.folded", script,
    )  # fmt: skip

    assert done.returncode == 3
    assert (tmp_path / "p.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((tmp_path / "t.json").read_text())["traceEvents"]
    assert json.loads((tmp_path / "s.trace.json").read_text())["traceEvents"]
    assert json.loads((tmp_path / "s.speedscope.json").read_text())["profiles"]
    assert "MainThread;" in (tmp_path / "s.folded").read_text()
    assert json.loads((tmp_path / "r.json").read_text())["seconds"] > 0
    assert "<svg" in (tmp_path / "p.svg").read_text(encoding="utf-8")
    assert done.stderr.count("Written: ") == 7


def test_files_lie_where_they_were_named_though_the_program_moves(gilext_command, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "program.py").write_text("import os; os.chdir('elsewhere')")

    gilext_command("watch", "--save", "r.json", "program.py")

    assert (tmp_path / "r.json").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_file_that_can_not_be_written_costs_a_line_and_nothing_else(
    gilext_command, script, tmp_path
):
    done = gilext_command("watch", "--html", "/dev/full", "--save", "r.json", script)

    assert done.returncode == 3
    assert "gilext: can't write '/dev/full': No space left on device\n" in done.stderr
    assert "Written: r.json\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((tmp_path / "r.json").read_text())["samples"] > 0


def test_folder_that_is_gone_at_the_end_costs_a_line(gilext_command, tmp_path):
    (tmp_path / "gone").mkdir()
    (tmp_path / "program.py").write_text("import os; os.rmdir('gone')")

    done = gilext_command("watch", "--save", "gone/r.json", "--html", "p.html", "program.py")

    assert done.returncode == 0
    assert "gilext: can't write 'gone/r.json': " in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "p.html").exists()


CLOSINGS = {
    "the object": "sys.stderr.close()",
    "the descriptor": "os.close(2)",
    "the name": "sys.stderr = None",
    "the reader": "os.dup2(w, 2)",
    "the disk": "os.dup2(os.open('/dev/full', os.O_WRONLY), 2)",
}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("closing", CLOSINGS)
@pytest.mark.parametrize(
    "live", [[], pytest.param(["--live"], marks=pytest.mark.slow)], ids=["", "live"]
)
def test_files_are_written_though_stderr_is_gone(gilext_command, tmp_path, closing, live):
    (tmp_path / "program.py").write_text(
        "import os, sys, time\nr, w = os.pipe(); os.close(r)\n"
        f"{CLOSINGS[closing]}\ntime.sleep({1.2 if live else 0})\nsys.exit(3)\n"
    )

    done = gilext_command("watch", *live, "--save", "r.json", "program.py")

    assert done.returncode == 3
    assert json.loads((tmp_path / "r.json").read_text())["seconds"] > 0


@pytest.mark.parametrize("descriptor", [0, 1, 2])
def test_stream_may_be_closed_from_the_start(gilext_command, script, tmp_path, descriptor):
    command = f'exec "$0" -m gilext watch --live --save r.json program.py {descriptor}>&-'

    code = os.waitstatus_to_exitcode(
        os.system(f"cd '{tmp_path}' && sh -c '{command}' '{sys.executable}' 2>/dev/null")
        if descriptor != 2
        else os.system(f"cd '{tmp_path}' && sh -c '{command}' '{sys.executable}'")
    )

    assert code == 3
    assert (tmp_path / "r.json").exists()


def test_stderr_that_is_replaced_does_not_take_the_report(gilext_command, tmp_path):
    (tmp_path / "program.py").write_text("import io, sys; sys.stderr = io.StringIO()")

    assert "GIL" in gilext_command("watch", "program.py").stderr


def test_forked_servers_write_one_page_and_one_report(gilext_command, tmp_path):
    (tmp_path / "program.py").write_text(
        "import gilext, os, sys\n"
        "for _ in range(2):\n"
        "    if os.fork() == 0:\n"
        "        gilext.hold_for(0.02)\n"
        "        sys.exit(0)\n"
        "print([os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(2)])\n"
    )

    done = gilext_command("watch", "--json", "--save", "r.json", "--live", "program.py")

    assert done.stdout == "[0, 0]\n"
    lines = done.stderr.splitlines()
    assert lines[-1] == "Written: r.json"
    assert json.loads(lines[-2]) == json.loads((tmp_path / "r.json").read_text())
    assert [line for line in lines[:-2] if not line.startswith("gilext ")] == []


def test_live_lines_stand_between_the_program_s_own(gilext_command, tmp_path, gil_enabled):
    (tmp_path / "program.py").write_text(
        "import sys, time\ntime.sleep(1.3)\nprint('mine', file=sys.stderr)\n"
    )

    lines = gilext_command("watch", "--live", "program.py").stderr.splitlines()

    assert ("GIL held" if gil_enabled else "no GIL") in lines[0]
    assert "mine" in lines


def test_saved_recording_is_whole_or_as_before(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("before")
    with gilext.watch() as watched:
        pass
    recording = watched.recording
    object.__setattr__(recording, "environment", object())  # what JSON can't say

    with pytest.raises(TypeError):
        recording.save(path)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
