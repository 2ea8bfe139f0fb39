"""The command line, as a terminal sees it."""

import json
import os
import subprocess
import sys

import pytest

import gilext
from gilext.cli import compare as compare_module

QUICK = ["--seconds", "0.001", "--rounds", "1"]


def test_compare_prints_a_table_and_a_verdict(run):
    code, out, _ = run("compare", "--way", "held", "--way", "released", *QUICK)

    assert code == 0
    assert "C, released, threads" in out
    assert "plain OS threads did" in " ".join(out.split())


def test_compare_prints_json_and_nothing_else_on_stdout(run):
    code, out, _ = run("compare", "count_primes", "--way", "held", "--json", *QUICK)

    assert code == 0
    assert [row["way"] for row in json.loads(out)["rows"]] == ["one", "held", "limit"]


def test_info_prints_json(run):
    code, out, _ = run("info", "--json")

    assert code == 0
    assert json.loads(out)["gilext_version"] == gilext.__version__


def test_info_prints_text(run):
    code, out, _ = run("info")

    assert code == 0
    assert "switch interval" in out


def test_compare_draws_a_picture(run, tmp_path):
    pytest.importorskip("matplotlib")
    target = tmp_path / "bars.svg"

    code, _, err = run("compare", "--way", "held", "--plot", str(target), *QUICK)

    assert code == 0
    assert str(target) in err
    assert target.stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["compare", "sort"], "sort"),
        (["compare", "--way", "rust"], "--way"),
        (["compare", "--workers", "0"], "--workers"),
        (["compare", "--seconds", "0"], "--seconds"),
        (["compare", "--seconds", "nan"], "--seconds"),
        (["compare", "--rounds", "x"], "--rounds"),
        (["compare", "--plot", "bars.bmp"], "--plot"),
        (["compare", "--no-such-option"], "--no-such-option"),
        (["no-such-command"], "no-such-command"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_exit_code_2(run, arguments, named):
    code, out, err = run(*arguments)

    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert named in err


def test_no_command_shows_the_help_and_is_wrong_use(run):
    code, out, err = run()

    assert code == 2
    assert "compare" in out + err


def test_help_and_version_are_right_use(run):
    assert run("--help")[0] == 0
    code, out, _ = run("--version")
    assert code == 0
    assert gilext.__version__ in out


def test_interrupt_ends_with_the_shells_code_for_it(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(compare_module, "compare", interrupted)

    assert run("compare", *QUICK)[0] == 130


@pytest.mark.parametrize("json", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_result_that_can_not_be_printed_is_one_line(json):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "gilext", "info", *json],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr == "gilext: can't print the result: No space left on device\n"


def test_reader_that_leaves_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [sys.executable, "-P", "-m", "gilext", "info"],
        stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    os.close(writer)

    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    "setting",
    [{"COLUMNS": "0"}, {"PYTHONIOENCODING": "ascii"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}],
    ids=str,
)
@pytest.mark.parametrize(
    "command",
    [["info"], ["check", "gilext:release_for", "--arg", "0.001", "--seconds", "0.05"]],
    ids=["info", "check"],
)
def test_surroundings_do_not_silence_a_command(gilext_command, setting, command):
    done = gilext_command(*command, env=os.environ | setting)

    assert (done.returncode, done.stderr) == (0, "")
    assert any(word in done.stdout for word in ("CPython", "verdict"))


@pytest.mark.parametrize(
    "arguments",
    [["info"], ["check", "math:sqrt", "--arg", "2", "--seconds", "0.01"], ["watch", "-m", "this"]],
    ids=" ".join,
)
def test_folder_that_was_deleted_is_no_obstacle(tmp_path, arguments):
    gone = tmp_path / "gone"
    gone.mkdir()
    command = 'cd "$1" && rmdir "$1" && shift && exec "$@"'

    done = subprocess.run(
        ["sh", "-c", command, "sh", gone, sys.executable, "-m", "gilext", *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_watched_program_meets_none_of_the_other_commands(gilext_command, tmp_path):
    (tmp_path / "program.py").write_text(
        "import sys; print([name for name in sys.modules if name.startswith('gilext.')])"
    )

    loaded = gilext_command("watch", "program.py").stdout

    assert "gilext.recording" in loaded
    assert "gilext.lab" not in loaded
    assert "gilext.comparison" not in loaded
    assert "gilext.checking" not in loaded


def test_module_runs_as_the_command_does(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gilext", "info", "--json"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path, check=True,
    )  # fmt: skip

    assert json.loads(done.stdout)["gilext_version"] == gilext.__version__
