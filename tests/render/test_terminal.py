"""Results on a terminal, on a pipe, and where there are few characters or columns."""

import io
import os
import subprocess
import sys

import pytest

from gilext.core.environment import info
from gilext.core.layout import plain_text
from gilext.recording.holds import Hold
from gilext.render.terminal import encodable, show, width_of

LONG_NAME = "a name of a thread that is far too long for any terminal to show at once " * 2


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def shown(result, stream):
    show(result, stream)
    return stream.getvalue()


def test_pipe_gets_the_plain_text():
    assert shown(info(), io.StringIO()) == f"{info()}\n"


def test_terminal_gets_bold_and_dim(made_up):
    text = shown(made_up([Hold(0.1, 0.1, 0)], throttled_seconds=0.5), Terminal())

    assert "\x1b[1mthe GIL was held" in text or "\x1b[1mno GIL" in text
    assert "\x1b[2mFor 0.5 s all cores were busy" in text


@pytest.mark.parametrize("width", [80, 120])
def test_no_figure_is_cut(made_up, monkeypatch, width):
    names = [LONG_NAME, "작업자"]
    recording = made_up([Hold(0.1, 0.123456, 0), Hold(0.5, 0.25, 1)], [], names)
    monkeypatch.setenv("COLUMNS", str(width))

    text = shown(recording, io.StringIO())

    assert max(map(len, text.splitlines())) <= width
    for figure in (" 0.123 ", " 12.3% ", " 123.46", " 0.250 ", " 25.0% ", " 250.00"):
        assert figure in text.replace("\n", " \n")


@pytest.mark.parametrize("columns", ["0", "-1", "x", ""])
def test_columns_that_are_none_are_not_believed(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)

    assert width_of(io.StringIO()) == 80
    assert shown(info(), io.StringIO()) == f"{info()}\n"


def test_narrow_terminal_gets_everything(monkeypatch):
    monkeypatch.setenv("COLUMNS", "10")

    assert "".join(shown(info(), io.StringIO()).split()) == "".join(
        plain_text(info().report(), 10).split()
    )


def test_what_an_encoding_lacks_is_written_in_what_it_has():
    assert encodable("5 ± 1 µs …", "utf-8") == "5 ± 1 µs …"
    assert encodable("5 ± 1 µs …", None) == "5 ± 1 µs …"
    assert encodable("5 ± 1 µs … 작", "ascii") == "5 +- 1 us ... \\uc791"
    assert encodable("5 ± 1 µs", "latin-1") == "5 ± 1 µs"


@pytest.mark.parametrize("command", [["info"], ["check", "--call", "sum(range(9999))"]], ids=str)
def test_commands_answer_in_ascii_and_without_columns(command):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "gilext", *command],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "0", "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert len(done.stdout.splitlines()) > 5


def test_many_threads_are_summed_up(made_up):
    holds = [Hold(i * 1e-3, 1e-3, i) for i in range(500)]

    text = str(made_up(holds, [], [f"thread {i}" for i in range(500)]))

    assert "thread #, 500 threads   0.500        50.0%" in text
    assert len(text.splitlines()) < 10
