"""gilext leaks: the verdict is the exit code, what is called is named as for check."""

import io
import json
import os
import re
import signal
import sys
from contextlib import contextmanager
from functools import partial

import pytest

from gilext._native import heap_bytes
from gilext.cli import leaks
from gilext.core.environment import is_free_threaded_build

LEAKY = """
import ctypes

take = ctypes.pythonapi.Py_IncRef
take.argtypes, take.restype = [ctypes.py_object], None
shared = ["shared"]
prepared = []


class Refused(ValueError):
    class Inner(Exception): pass


def keep(value): take(value)
def drop(value): pass
def keep_shared(): take(shared)
def refuse(value=None):
    if value is not None:
        take(value)
    raise Refused("mine")
def refuse_deeper(): raise Refused.Inner
def prepare(): prepared.append(1)
def clear(): prepared.clear()
def needs_one(): prepared.pop()
def stop(): raise KeyboardInterrupt
"""

pytestmark = pytest.mark.usefixtures("little_to_collect")


@pytest.fixture(autouse=True)
def leaky(tmp_path, monkeypatch):
    """Put functions that leak, or don't, into the folder that the command runs in."""
    (tmp_path / "leaky_functions.py").write_text(LEAKY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("leaky_functions", None)


@pytest.fixture
def run_leaks(run):
    """Run the command with time enough to be sure, however busy the machine is."""
    return partial(run, "leaks", "--seconds", "60")


@pytest.mark.parametrize(
    ("function", "code", "said"),
    [
        ("keep", 1, "keep leaks one reference per call to argument 1."),
        ("drop", 0, "drop leaks nothing in "),
    ],
)
def test_exit_code_tells_whether_something_leaks(run_leaks, function, code, said):
    ended, out, err = run_leaks(f"leaky_functions:{function}", "--arg", "object()")

    assert (ended, err) == (code, "")
    assert out.startswith(said)


def test_json_is_the_report(run_leaks):
    _, out, _ = run_leaks("leaky_functions:keep", "--arg", "object()", "--json")

    report = json.loads(out)
    assert [leak["of"] for leak in report["leaks"]] == ["argument 1"]
    assert report["is_out_of_time"] is False


@pytest.mark.parametrize("call", ["leaky_functions.keep(mine)", "mine"], ids=["leaks", "sound"])
def test_objects_of_the_setup_have_their_names(run_leaks, call):
    ended, out, _ = run_leaks("--setup", "import leaky_functions; mine = object()", "--call", call)

    assert ended == (call != "mine")
    assert out.startswith(
        f"{call} leaks one reference per call to mine." if ended else "mine leaks nothing"
    )


def test_object_that_is_watched_also_has_its_name(run_leaks):
    named = "leaky_functions:shared"

    _, out, _ = run_leaks("leaky_functions:keep_shared", "--also", named)

    assert f"one reference per call to {named}" in out


@pytest.mark.parametrize(
    ("function", "raises"),
    [
        ("refuse", "leaky_functions.Refused"),
        ("refuse", "ValueError"),
        ("refuse_deeper", "leaky_functions:Refused.Inner"),
    ],
)
def test_named_exceptions_may_be_raised(run_leaks, function, raises):
    ended, out, _ = run_leaks(f"leaky_functions:{function}", "--raises", raises)

    assert (ended, "leaks nothing" in out) == (0, True)


def test_leak_on_the_way_out_by_an_exception_is_found(run_leaks):
    ended, out, _ = run_leaks(
        "leaky_functions:refuse", "--arg", "object()",
        "--raises", "KeyError", "--raises", "ValueError",
    )  # fmt: skip

    assert (ended, "to argument 1" in out) == (1, True)


def test_other_exceptions_are_an_error(run):
    ended, out, err = run("leaks", "leaky_functions:refuse", "--raises", "KeyError")

    assert (ended, out) == (1, "")
    assert err.startswith("gilext: leaky_functions:refuse raised leaky_functions.Refused: mine")


def test_functions_are_called_before_and_after_each_call(run_leaks):
    ended, out, _ = run_leaks(
        "leaky_functions:needs_one",
        "--before-each", "leaky_functions:prepare", "--after-each", "leaky_functions:clear",
    )  # fmt: skip
    without, _, _ = run_leaks("leaky_functions:needs_one")

    assert (ended, "leaks nothing" in out) == (0, True)
    assert without == 1  # it raised


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["len"],
        ["builtins:len", "--arg", "()", "--rate", "0"],
        ["builtins:len", "--arg", "()", "--rate", "nan"],
        ["builtins:len", "--arg", "()", "--seconds", "0"],
        ["builtins:len", "--arg", "()", "--seconds", "inf"],
        ["builtins:len", "--arg", "()", "--raises", "nonsense"],
        ["builtins:len", "--arg", "()", "--raises", "len"],
        ["builtins:len", "--arg", "()", "--raises", "builtins.int"],
        ["builtins:len", "--arg", "()", "--also", "leaky_functions"],
        ["builtins:len", "--arg", "()", "--also", "leaky_functions:nothing"],
        ["builtins:len", "--arg", "()", "--before-each", "leaky_functions:shared"],
        ["builtins:len", "--call", "len(())"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_exit_code_2(run, arguments):
    ended, out, err = run("leaks", *arguments)

    assert (ended, out) == (2, "")
    assert len(err.splitlines()) == 1


class Terminal(io.StringIO):
    """A terminal in memory."""

    def isatty(self):
        return True


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_progress_is_shown_on_a_terminal_alone(run, monkeypatch, is_terminal):
    stderr = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(leaks, "_SHOWN_AFTER", 0.0)

    run("leaks", "leaky_functions:drop", "--arg", "1")

    said = re.search(r"calling leaky_functions:drop: \d of at most 5 s", stderr.getvalue())
    assert (said is not None) == is_terminal


def test_short_check_shows_no_seconds(run, monkeypatch):
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(leaks, "_SHOWN_AFTER", float("inf"))

    run("leaks", "leaky_functions:drop", "--arg", "1")

    assert "of at most" not in stderr.getvalue()


@pytest.mark.parametrize(
    ("function", "rounds", "code", "said"),
    [
        ("keep", 15, 1, "keep leaks one reference per call to argument 1."),
        ("keep", 5, 130, "keep can't be judged"),
        ("drop", 5, 130, "drop can't be judged"),
    ],
    ids=["known by then", "too early", "sound"],
)
def test_interrupt_ends_the_check_with_what_is_known(
    run, monkeypatch, function, rounds, code, said
):
    told = []

    def tell(what):
        told.append(what)
        if len(told) == rounds:
            signal.raise_signal(signal.SIGINT)

    @contextmanager
    def telling(_):
        yield tell

    monkeypatch.setattr(leaks, "telling", telling)
    monkeypatch.setattr(leaks, "_SHOWN_AFTER", 0.0)

    ended, out, err = run(
        "leaks", "--seconds", "100", f"leaky_functions:{function}", "--arg", "object()"
    )

    assert ended == code
    assert out.startswith(said)
    assert "interrupted" in err


def test_keyboard_interrupt_of_the_function_ends_without_a_traceback(run):
    ended, out, err = run("leaks", "leaky_functions:stop")

    assert (ended, out, err.strip()) == (130, "", "")


@pytest.mark.skipif(not heap_bytes(), reason="this allocator doesn't tell what it has given out")
@pytest.mark.skipif(is_free_threaded_build(), reason="this build knows no other allocator")
@pytest.mark.parametrize("allocator", ["malloc", "malloc_debug"])
@pytest.mark.parametrize("function", ["keep_a_new_object", "make_a_cycle"])
def test_objects_are_told_without_an_allocator_that_counts_blocks(
    gilext_command, allocator, function
):
    done = gilext_command(
        "leaks", f"gilext.lab.leaks:{function}", "--seconds", "60", "--json",
        env=os.environ | {"PYTHONMALLOC": allocator},
    )  # fmt: skip

    report = json.loads(done.stdout)
    assert report["blocks_per_call"] is None
    assert [leak["of"] for leak in report["leaks"]] == ["memory"] * (function != "make_a_cycle")
