"""gilext watch runs other people's programs as python runs them."""

import json
import subprocess
import sys
import zipfile

import pytest

from gilext.core.environment import is_gil_enabled

TELLS = """
import sys, __main__
print(__name__, __file__, __package__, type(__loader__), __builtins__.__name__, __doc__)
print(__spec__ and __spec__.name, sorted(vars(__main__)))
print(sys.argv, sys.orig_argv, sys.path[0], sys.stdin.read())
x: int = 1
print(__annotations__)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "helper.py").write_text("VALUE = 7\n")
    (tmp_path / "program.py").write_text("'''Mine.'''\nimport helper\n" + TELLS)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text("import beside\n" + TELLS)
    (tmp_path / "app" / "beside.py").write_text("")
    with zipfile.ZipFile(tmp_path / "app.pyz", "w") as archive:
        archive.writestr("__main__.py", TELLS)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "link.py").symlink_to(tmp_path / "program.py")
    return tmp_path


@pytest.mark.parametrize(
    "program",
    [
        ["program.py", "--json", "x"],
        ["./program.py"],
        ["app/../program.py"],
        ["links/link.py"],
        ["app", "-m", "y"],
        ["app.pyz", "z"],
        ["-m", "app", "--html"],
        ["-m", "helper"],
    ],
    ids=" ".join,
)
def test_program_has_the_surroundings_that_python_gives_it(folder, twins, program):
    assert twins(*program, stdin="input").reports == 1


@pytest.mark.parametrize(
    "python",
    [["-OO", "-b"], ["-X", "dev"], ["-Werror", "-B", "-u"]],
    ids=" ".join,
)
def test_options_of_the_interpreter_are_given_to_it(folder, twins, python):
    (folder / "flags.py").write_text(
        "import multiprocessing, sys\n"
        "def tell(): print(sys.flags, sys.warnoptions, sys._xoptions, __debug__, flush=True)\n"
        "if __name__ == '__main__':\n"
        "    tell(); print(sys.orig_argv, flush=True)\n"
        "    child = multiprocessing.get_context('spawn').Process(target=tell)\n"
        "    child.start(); child.join()\n"
    )

    assert twins("flags.py", "-X", "mine", python=python).reports == 1


@pytest.mark.parametrize("option", ["-OO", "-X", "-i"])
def test_option_of_the_interpreter_after_watch_is_told_where_it_goes(
    folder, gilext_command, option
):
    done = gilext_command("watch", option, "dev", "program.py")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"python {option[:2]} " in done.stderr


@pytest.mark.parametrize(
    "code", ["x = 1\n1 / x\ndef f():\n  1 / 0\nf()", "raise SystemExit(3)", TELLS, "f(", ""]
)
def test_program_from_the_command_line(folder, twins, code):
    assert twins("-c", code, "-c", "y", stdin="input").reports == (code != "f(")


def test_program_can_not_be_watched_twice_at_once(folder, gilext_command):
    done = gilext_command("watch", "-m", "gilext", "watch", "helper.py")

    assert done.returncode == 1
    assert "watches this process to its end already" in done.stderr


def test_module_has_the_surroundings_that_python_gives_it(folder, twins):
    (folder / "told.py").write_text(TELLS)

    ran = twins("-m", "told", "--html", "x", stdin="input")

    assert "['-m', 'told'" not in ran.plain.stdout
    assert ran.reports == 1


def test_program_from_standard_input(folder, twins):
    assert twins("-", "a", stdin=f"import helper\n{TELLS}").reports == 1


def test_script_that_changes_its_folder_still_finds_itself(folder, twins):
    (folder / "moves.py").write_text(
        "import os, pathlib\nos.chdir('/')\nassert pathlib.Path(__file__).exists()\n"
    )

    assert twins("moves.py").plain.returncode == 0


def test_safe_path_is_kept(folder, gilext_command, monkeypatch):
    monkeypatch.setenv("PYTHONSAFEPATH", "1")

    done = gilext_command("watch", "program.py")

    assert "No module named 'helper'" in done.stderr


def test_main_stays_main_while_threads_go_on(folder, gilext_command):
    (folder / "threads.py").write_text(
        "import pickle, threading, time, gilext\n"
        "class Mine: pass\n"
        "def later():\n"
        "    while threading.main_thread().is_alive(): time.sleep(0.01)\n"
        "    gilext.hold_for(0.1)  # so that a sample meets it\n"
        "    print(type(pickle.loads(pickle.dumps(Mine()))).__name__)\n"
        "threading.Thread(target=later, name='the later one').start()\n"
    )

    done = gilext_command("watch", "--json", "threads.py")

    assert done.stdout == "Mine\n"
    names = {thread["name"] for thread in json.loads(done.stderr)["by_thread"]}
    assert "the later one" in names or not is_gil_enabled()


def test_report_of_a_watch_can_be_json(folder, gilext_command):
    done = gilext_command("watch", "--json", "helper.py")

    assert json.loads(done.stderr)["samples"] > 0


def test_lines_can_be_left_out_and_a_budget_given(folder, gilext_command):
    options = ["--no-lines", "--budget", "0.05", "--json"]
    recording = json.loads(gilext_command("watch", *options, "helper.py").stderr)

    assert recording["lines_unavailable_reason"] is not None
    assert recording["stacks"] == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["watch"], "script"),
        (["watch", "--interval", "0", "x.py"], "interval"),
        (["watch", "--interval", "nan", "x.py"], "interval"),
        (["watch", "--stalls", "nan", "x.py"], "stalls"),
        (["watch", "--budget", "0", "x.py"], "budget"),
        (["watch", "--htlm", "x", "program.py"], "--htlm"),
        (["watch", "--html", "missing/p.html", "program.py"], "missing"),
        (["watch", "--html", "app", "program.py"], "app"),
        (["watch", "--html", "p.x", "--trace", "p.x", "program.py"], "p.x"),
        (["watch", "--save", "p.txt", "program.py"], "p.txt"),
        (["watch", "--plot", "p.bmp", "program.py"], "p.bmp"),
        (["watch", "--no-such-option", "-m", "program"], "--no-such-option"),
        (["watch", "-m"], "-m"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_one_line_and_the_program_does_not_run(
    folder, gilext_command, arguments, named
):
    done = gilext_command(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert named in done.stderr


@pytest.fixture
def command(folder, monkeypatch):
    """Install a console script into a folder of PATH, as pip does."""

    def install(first_line):
        path = folder / "bin" / "tells"
        path.parent.mkdir()
        path.write_text(f"{first_line}\n{TELLS}")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(path.parent), prepend=":")
        return path

    return install


@pytest.mark.parametrize(
    "first_line",
    [
        "#!{python}",
        "#!/usr/bin/env python3",
        "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''",
    ],
    ids=["path", "env", "long path"],
)
def test_console_script_is_found_in_path(command, gilext_command, first_line):
    path = command(first_line.format(python=sys.executable))
    plain = subprocess.run([sys.executable, path, "x"], capture_output=True, text=True, input="")

    done = gilext_command("watch", "tells", "x")

    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    assert str(path) in done.stdout


def test_file_of_the_name_comes_before_a_command(command, folder, gilext_command):
    command("#!/usr/bin/python3")
    (folder / "tells").write_text("print('the file')")

    assert gilext_command("watch", "tells").stdout == "the file\n"


def test_command_that_is_no_python_script_is_refused(command, gilext_command):
    path = command("#!/bin/sh")

    done = gilext_command("watch", "tells")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{path} is no Python script" in done.stderr
