"""The loop of ``gilext learn`` in this process, between a terminal's two ends."""

import os
import pty
import select
import signal
import termios
from contextlib import contextmanager

import pytest

from gilext.cli import learn_watch
from gilext.course.learning.folder import make_folder
from gilext.course.learning.grade import Grade
from gilext.course.learning.progress import read_progress
from gilext.course.learning.session import Session


class Learner:
    """Types at one end of a terminal, whose other end are stdin and stdout in `terminal`."""

    def __init__(self):
        self.near, self.far = pty.openpty()

    @contextmanager
    def terminal(self, monkeypatch):
        with open(self.far, closefd=False) as stdin, open(self.far, "w", closefd=False) as stdout:
            monkeypatch.setattr("sys.stdin", stdin)
            monkeypatch.setattr("sys.stdout", stdout)
            yield

    def type(self, keys):
        os.write(self.near, keys)

    def seen(self):
        seen = b""
        while select.select([self.near], [], [], 0)[0]:
            seen += os.read(self.near, 65536)
        return seen.decode()

    def flags(self):
        return termios.tcgetattr(self.near)[3]

    def close(self):
        os.close(self.near)
        os.close(self.far)


@pytest.fixture
def learner():
    made = Learner()
    yield made
    made.close()


@pytest.fixture
def watch(learner, monkeypatch):
    """Return `watch`, which has the terminal only while it runs: pytest has these streams too."""
    monkeypatch.setenv("TERM", "xterm")

    def run(session):
        with pytest.MonkeyPatch.context() as patch, learner.terminal(patch):
            return learn_watch.watch(session)

    return run


@pytest.fixture
def heeded():
    """Have signals heeded, which a shell's background job and nohup ignore."""
    handlers = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def session(tmp_path, course):
    make_folder(tmp_path / "own")
    progress = read_progress(tmp_path / "own")
    return Session(tmp_path / "own", progress, progress.begin_with())


@pytest.fixture
def grades(monkeypatch, learner):
    """Return the exercises that were graded; what is typed after each is taken from `then`."""

    class Grades(list):
        then = ()

        def grade(self, exercise, folder):
            self.append(exercise.name)
            keys, *self.then = self.then or (b"q",)
            if callable(keys):
                keys()
            else:
                learner.type(keys)
            return Grade(exercise.name, "not yet", "Seen.")

    made = Grades()
    monkeypatch.setattr(learn_watch, "grade", made.grade)
    return made


def test_q_while_grading_ends_it_and_the_terminal_is_as_before(learner, watch, session, grades):
    before = learner.flags()

    assert watch(session) == 0
    assert grades == ["01_first"]
    assert learner.flags() == before
    assert "Your progress is kept" in learner.seen()


def test_other_keys_while_grading_are_for_a_screen_that_is_gone(learner, watch, session, grades):
    grades.then = [b"s", lambda: None]
    session_notices = session.notice_saves

    def notice_then_quit():
        session_notices()
        learner.type(b"q")

    session.notice_saves = notice_then_quit

    assert watch(session) == 0
    assert session.current.name == "01_first"
    assert "Seen." in learner.seen()


@pytest.mark.parametrize(
    ("keys", "current"),
    [(b"ss", "03_third"), (b"l\x1b[B\r", "02_second"), (b"l\x1bOB\x1b[Bk\n", "02_second")],
    ids=["skip twice", "arrow", "arrows and k"],
)  # fmt: skip
def test_keys_arrive_one_by_one_and_arrows_whole(learner, watch, session, grades, keys, current):
    typed = iter([keys, b"q"])
    session.notice_saves = lambda: learner.type(next(typed, b"q"))

    grades.then = [lambda: None, b"q"]

    assert watch(session) == 0
    assert session.current.name == current


@pytest.mark.usefixtures("heeded")
def test_ctrl_c_is_told_by_the_exit_code(learner, watch, session, grades):
    grades.then = [lambda: signal.raise_signal(signal.SIGINT)]
    before = learner.flags()

    assert watch(session) == 130
    assert learner.flags() == before


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_that_ends_it_leaves_the_terminal_as_before(learner, watch, session, grades, number):
    grades.then = [lambda: signal.raise_signal(number)]
    before = learner.flags(), signal.getsignal(number)

    with pytest.raises(SystemExit) as ended:
        watch(session)

    assert ended.value.code == 128 + number
    assert (learner.flags(), signal.getsignal(number)) == before


def test_screen_is_not_cleared_on_a_terminal_that_cannot(
    learner, watch, session, grades, monkeypatch
):
    monkeypatch.setenv("TERM", "dumb")

    watch(session)

    assert "\x1b" not in learner.seen()


def test_both_ends_have_to_be_a_terminal(learner, monkeypatch):
    with learner.terminal(monkeypatch):
        assert learn_watch.is_on_terminal()
        monkeypatch.setattr("sys.stdin", None)
        assert not learn_watch.is_on_terminal()
    monkeypatch.undo()
