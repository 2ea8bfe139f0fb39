"""gilext watch and gilext check: other people's programs, run as python runs them."""

import json
import subprocess
import sys

import pytest

from gilext.core.environment import is_gil_enabled


def gilext_command(*arguments, cwd, stdin=""):
    return subprocess.run(
        [sys.executable, "-P", "-m", "gilext", *arguments],
        capture_output=True, text=True, timeout=100, cwd=cwd, input=stdin,
    )  # fmt: skip


@pytest.fixture
def script(tmp_path):
    (tmp_path / "helper.py").write_text("VALUE = 7\n")
    path = tmp_path / "program.py"
    path.write_text(
        "import sys, helper\n"
        "print(__name__, sys.argv[1:], helper.VALUE, sys.stdin.read())\n"
        "if 'fail' in sys.argv: raise LookupError('mine')\n"
        "if 'text' in sys.argv: sys.exit('bad')\n"
        "sys.exit(int(sys.argv[1]) if len(sys.argv) > 1 else None)\n"
    )
    return path


def test_watched_script_has_its_arguments_its_input_and_its_exit_code(script, tmp_path):
    done = gilext_command("watch", str(script), "3", "--flag", cwd=tmp_path, stdin="input")

    assert done.returncode == 3
    assert done.stdout == "__main__ ['3', '--flag'] 7 input\n"
    assert "GIL" in done.stderr


def test_watched_script_that_ends_ends_with_zero(script, tmp_path):
    assert gilext_command("watch", "program.py", cwd=tmp_path).returncode == 0


def test_traceback_of_a_watched_script_is_its_own(script, tmp_path):
    done = gilext_command("watch", str(script), "fail", cwd=tmp_path)

    assert done.returncode == 1
    assert "LookupError: mine" in done.stderr
    assert "runpy" not in done.stderr
    assert "programs.py" not in done.stderr


def test_exit_with_a_text_prints_it_and_is_one(script, tmp_path):
    done = gilext_command("watch", str(script), "text", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stderr.startswith("bad\n")


def test_watched_module_is_found_where_python_would(script, tmp_path):
    done = gilext_command("watch", "-m", "program", "0", "x", cwd=tmp_path)

    assert done.stdout.startswith("__main__ ['0', 'x']")


def test_watch_goes_on_until_the_threads_of_the_program_have_ended(tmp_path):
    (tmp_path / "threads.py").write_text(
        "import pickle, threading, time, gilext\n"
        "class Mine: pass\n"
        "def later():\n"
        "    time.sleep(0.3)\n"
        "    gilext.hold_for(0.1)  # so that a look meets it\n"
        "    print(type(pickle.loads(pickle.dumps(Mine()))).__name__)\n"
        "threading.Thread(target=later, name='the later one').start()\n"
        "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n"
    )

    done = gilext_command("watch", "--json", "threads.py", cwd=tmp_path)

    assert done.stdout == "Mine\n"
    names = {thread["name"] for thread in json.loads(done.stderr)["by_thread"]}
    assert "the later one" in names or not is_gil_enabled()


def test_watched_folder_runs_its_main(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text("print(__name__)")

    assert gilext_command("watch", "app", cwd=tmp_path).stdout == "__main__\n"


def test_missing_script_is_an_error_as_python_has_it(tmp_path):
    done = gilext_command("watch", "missing.py", cwd=tmp_path)

    assert done.returncode != 0
    assert "No such file" in done.stderr
    assert "runpy" not in done.stderr


def test_report_of_a_watch_can_be_json(script, tmp_path):
    done = gilext_command("watch", "--json", str(script), cwd=tmp_path)

    assert json.loads(done.stderr)["samples"] > 0


def test_watch_writes_a_page_a_trace_and_a_picture(tmp_path):
    (tmp_path / "holder.py").write_text("from gilext import hold_for; hold_for(0.05)")

    done = gilext_command(
        "watch", "--html", "p.html", "--trace", "t.json", "--plot", "p.svg", "--live", "holder.py",
        cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0
    assert (tmp_path / "p.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((tmp_path / "t.json").read_text())["traceEvents"]
    assert "<svg" in (tmp_path / "p.svg").read_text(encoding="utf-8")
    assert done.stderr.count("Written: ") == 3


def test_file_that_can_not_be_written_is_said_before_the_program_runs(script, tmp_path):
    done = gilext_command("watch", "--html", "missing/p.html", str(script), cwd=tmp_path)

    assert done.returncode == 2
    assert "missing" in done.stderr
    assert done.stdout == ""


def test_check_calls_a_named_function_with_its_arguments(tmp_path):
    done = gilext_command(
        "check", "time:sleep", "--arg", "1e-3 * 2", "--seconds", "0.2", "--json", cwd=tmp_path
    )

    assert json.loads(done.stdout)["function"] == "sleep"


def test_check_calls_an_expression_after_its_setup(tmp_path):
    done = gilext_command(
        "check", "--setup", "from gilext import release_for as f", "--call", "f(.002)",
        "--seconds", "0.1", cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0
    assert "verdict" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("watch",),
        ("watch", "--interval", "0", "x.py"),
        ("check",),
        ("check", "time"),
        ("check", "time:nonsense"),
        ("check", "no_such_module:f"),
        ("check", "time:tzname"),
        ("check", "time:sleep", "--arg", "1 +"),
        ("check", "--call", "f("),
        ("check", "time:sleep", "--call", "f()"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_exit_code_2(arguments, tmp_path):
    done = gilext_command(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
