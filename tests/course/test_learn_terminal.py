"""``gilext learn`` in a terminal of 80x24: typed at, saved under, resized, and ended."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from gilext.course.learning.exercise import all_exercises
from gilext.course.learning.folder import make_folder
from gilext.course.learning.progress import read_progress

GILEXT = [sys.executable, "-P", "-m", "gilext"]
KEYS = "[h] hint"


pytestmark = [
    pytest.mark.slow,
    pytest.mark.compiles,
]


@pytest.fixture
def own(tmp_path):
    make_folder(tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def learn(terminal, own):
    return terminal([*GILEXT, "learn"], own)


def solve(exercise, folder):
    """Save the solution as many editors do: a new file in the place of the old one."""
    for name in exercise.files:
        new = folder / exercise.name / f".{name}.new"
        shutil.copyfile(exercise.solution / name, new)
        os.replace(new, folder / exercise.name / name)


def test_first_exercise_is_solved_by_a_learner(learn, own):
    first, second = all_exercises()[:2]
    screen = learn.wait_for("Not yet", "[q] quit")
    assert first.title in screen.splitlines()[0]
    assert KEYS in screen.splitlines()[-1]
    learn.type("h")
    learn.wait_for("Hint 1 of")
    with open(own / first.name / "exercise.c", "a") as file:
        file.write("this is no C\n")
    learn.wait_for("It doesn't compile")
    solve(first, own)
    learn.wait_for("Passed", "Your solution is the same as ours", "[n] next")
    learn.type("n")
    learn.wait_for("It crashes")
    learn.type("l")
    learn.wait_for(f"> {second.number}  open ")
    learn.type("q")

    assert learn.end() == 0
    assert learn.works_by_lines()
    progress = read_progress(own)
    assert (list(progress.solved), progress.current) == ([first.name], second.name)
    assert progress.hints == {first.name: 1}


def test_screen_is_written_anew_when_its_size_changes(learn):
    learn.wait_for("Not yet")
    learn.resize(50, 30)
    screen = learn.wait_for("Release the GIL around the counting.\n", "[q] quit")

    assert max(map(len, screen.splitlines())) <= 50


@pytest.mark.parametrize("how", ["ctrl_c", "ctrl_d", "terminate", "hang_up"])
def test_terminal_is_as_before_however_it_ends(learn, how):
    learn.wait_for(KEYS)
    assert not learn.works_by_lines()
    if how == "ctrl_c":
        learn.type("\x03")
    elif how == "ctrl_d":
        learn.type("\x04")
    else:
        learn.process.send_signal(signal.SIGTERM if how == "terminate" else signal.SIGHUP)

    assert learn.end() == {"ctrl_c": 130, "ctrl_d": 0, "terminate": 143, "hang_up": 129}[how]
    assert learn.works_by_lines()


def test_grading_is_ended_by_ctrl_c_with_its_processes(learn, own):
    learn.wait_for("Not yet")
    source = own / all_exercises()[0].name / "exercise.c"
    source.write_text(source.read_text().replace("count += ", "while (limit) ; count += "))
    learn.wait_for("Building and grading")
    learn.type("\x03")

    assert learn.end() == 130
    assert learn.works_by_lines()


def test_missing_folder_and_compiler_are_told_at_once(terminal, own, tmp_path, monkeypatch):
    nowhere = terminal([*GILEXT, "learn"], tmp_path)
    assert nowhere.end() == 1
    assert "there are no exercises in" in nowhere.screen()

    monkeypatch.setenv("CC", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    without = terminal([*GILEXT, "learn"], own)
    assert without.end() == 1
    assert "no C compiler here" in without.screen()


def wait_for_pane(tmux, text, seconds=90):
    deadline = time.monotonic() + seconds
    while text not in (screen := tmux("capture-pane", "-p")):
        assert time.monotonic() < deadline, f"no {text!r} here:\n{screen}"
        time.sleep(0.05)
    return screen


@pytest.fixture
def tmux(own, monkeypatch):
    """Start a shell in tmux, and return what runs a command of tmux.

    The server is the test's own: one that another test has told to end refuses a session for a
    while yet.
    """
    monkeypatch.setenv("NO_COLOR", "1")
    with tempfile.TemporaryDirectory() as folder:  # tmp_path may be too long for a socket
        server = ["tmux", "-S", f"{folder}/socket", "-f", os.devnull]

        def run(*arguments):
            return subprocess.run(
                [*server, *arguments],
                cwd=own, check=True, capture_output=True, text=True, timeout=60,
            ).stdout  # fmt: skip

        run("new-session", "-d", "-x", "80", "-y", "24", "sh")
        yield run
        run("kill-server")


@pytest.mark.timeout(400)
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux isn't installed")
def test_from_the_first_exercise_to_the_last_in_tmux(tmux, own):
    tmux("send-keys", f"{sys.executable} -P -m gilext learn; echo left with $?", "Enter")
    wait_for_pane(tmux, KEYS)
    for count, exercise in enumerate(all_exercises(), 1):
        solve(exercise, own)
        screen = wait_for_pane(tmux, f"{count} of {len(all_exercises())} solved")
        assert f"{exercise.number} {exercise.title}" in screen
        wait_for_pane(tmux, "Passed")
    wait_for_pane(tmux, "All exercises are solved.")
    tmux("send-keys", "q")

    wait_for_pane(tmux, "left with 0")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux isn't installed")
def test_ctrl_z_gives_the_terminal_back_for_a_while(tmux):
    tmux("send-keys", f"{sys.executable} -P -m gilext learn", "Enter")
    wait_for_pane(tmux, "Not yet")
    tmux("send-keys", "C-z")
    wait_for_pane(tmux, "topped")
    tmux(
        "send-keys",
        "clear; stty -a | tr -s ' ;' '\\n\\n' | grep -cx -e icanon -e echo",
        "Enter",
    )
    assert wait_for_pane(tmux, "2\n").split()[0] == "2"
    tmux("send-keys", "fg", "Enter")
    wait_for_pane(tmux, KEYS)
    tmux("send-keys", "h")
    wait_for_pane(tmux, "Hint 1 of")
    tmux("send-keys", "q")
    wait_for_pane(tmux, "Your progress is kept")
