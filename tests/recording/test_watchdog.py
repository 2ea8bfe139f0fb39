"""The watchdog: says that the GIL stalls while it does, and calls back when it is over."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from gilext import monitor
from gilext.recording import watchdog
from gilext.recording.parts import Frame
from gilext.recording.watchdog import MonitorStall, StallThread

CHILD = Path(__file__).parents[1] / "children" / "watchdog_writes.py"
TIMEOUT_SECONDS = 100
STALL = MonitorStall(
    seconds=0.512,
    held_seconds=0.6,
    started_timestamp=1.7e9,
    holder=StallThread("worker", 140, 1234, Frame("orders.py", 41, "handle")),
    callable="json.dumps",
    is_collection=False,
    frames=(Frame("orders.py", 41, "handle"),),
    frames_omitted=3,
    waiters=2,
    waiting=(StallThread(None, 150, 1235, Frame("app.py", 7, "beat")),),
    missed=0,
)


@contextmanager
def holding(how, form="text"):
    """Run the child, which has its standard input, and from which only stderr is read."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-W", "error", CHILD, how, form]
    with subprocess.Popen(command, stdin=pipe, stderr=pipe, text=True) as child:
        timer = signal_after(child)
        try:
            yield child
        finally:
            timer.cancel()


def signal_after(child):
    timer = Timer(TIMEOUT_SECONDS, child.send_signal, [signal.SIGKILL])
    timer.start()
    return timer


def first_line_of_the_hold(child):
    """Return the first line on the hold that ends when the child is told to.

    On a busy machine, there may be one before it: the other thread had the GIL and no core.
    """
    return next(line for line in iter(child.stderr.readline, "") if "hold_until_told" in line)


def end_the_hold(child):
    """Tell the child, which holds the GIL until then; return the lines of what it says after."""
    assert child.poll() is None
    child.stdin.write("x")
    child.stdin.close()
    return child.stderr.read().splitlines()


@pytest.mark.with_gil
def test_line_can_be_read_while_the_holder_still_holds():
    with holding("waited") as child:
        line = first_line_of_the_hold(child)
        rest = end_the_hold(child)

    assert line.startswith("gilext: GIL stall, 0."), line
    assert f"MainThread (native id {child.pid}, process {child.pid}) holds the GIL in " in line
    assert "watchdog_writes.py:" in line
    assert any("GIL stall over after " in later and "hold_until_told" in later for later in rest)
    assert child.returncode == 0


@pytest.mark.with_gil
def test_json_lines_have_the_documented_keys():
    with holding("waited", "json") as child:
        first = json.loads(first_line_of_the_hold(child))
        rest = [json.loads(line) for line in end_the_hold(child)]
    (last,) = (line for line in rest if line["event"] == "gil_stall_over" and is_same(line, first))

    assert list(first) == list(last) == [
        "event", "process", "since", "waited_seconds", "held_seconds", "holder", "waiters",
        "callable", "task", "is_collection", "frames", "frames_omitted", "waiting", "suppressed",
        "dropped",
    ]  # fmt: skip
    assert first["event"] == "gil_stall"
    assert first["waited_seconds"] <= last["waited_seconds"] <= last["held_seconds"]
    assert first["process"] == child.pid and first["holder"]["native_id"] == child.pid
    assert [frame["function"] for frame in first["frames"]] == [
        "hold_until_told", "with_another_thread", "<module>",
    ]  # fmt: skip


def is_same(one, other):
    return (one["since"], one["holder"]) == (other["since"], other["holder"])


@pytest.mark.with_gil
@pytest.mark.parametrize("how", ["unwanted", "handed_over"])
def test_nothing_is_written_when_nobody_waits_for_long(how):
    with holding(how) as child:
        said = child.stderr.read()

    assert said == "" and child.wait() == 0


@pytest.mark.slow
@pytest.mark.with_gil
def test_callback_gets_the_stall_in_a_thread_of_its_own(run_child):
    assert "fine" in run_child("watchdog_calls_back.py").stdout


@pytest.mark.with_gil
@pytest.mark.forks
def test_forked_child_has_a_watchdog_of_its_own(run_child):
    assert "fine" in run_child("watchdog_fork.py").stdout


@pytest.mark.with_gil
def test_nobody_is_called_back_after_the_main_thread_has_ended(run_child):
    assert run_child("watchdog_at_exit.py").stdout == "called\n"


def test_stall_says_who_held_and_where():
    said = str(STALL)

    assert said.startswith("worker held the GIL while another thread waited 512 ms\n")
    assert "orders.py:41" in said and "and 3 frames further out" in said
    assert "a thread (native id 1235) in app.py:7 beat" in said
    assert STALL.to_dict()["waiting"][0]["frame"]["line"] == 7


def test_file_may_be_closed_and_its_number_used_again(tmp_path):
    path = tmp_path / "stalls"
    with path.open("w") as file:
        watching = monitor(watchdog=0.05, watchdog_file=file)
    with (tmp_path / "innocent").open("w"):
        watching.stop()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
def test_pipe_of_the_program_keeps_blocking_and_ours_does_not():
    reading, writing = os.pipe()
    own = watchdog._opened_anew(writing)
    try:
        assert os.get_blocking(writing) and not os.get_blocking(own)
        assert not os.get_inheritable(own)
    finally:
        for descriptor in (reading, writing, own):
            os.close(descriptor)


@pytest.mark.parametrize(
    ("options", "error", "named"),
    [
        ({"watchdog": 0}, ValueError, "watchdog"),
        ({"watchdog": "1"}, TypeError, "watchdog"),
        ({"on_stall": print}, ValueError, "on_stall"),
        ({"watchdog": 1, "on_stall": 5}, TypeError, "on_stall"),
        ({"watchdog": 1, "watchdog_file": "stalls.log"}, TypeError, "watchdog_file"),
        ({"watchdog": 1, "watchdog_format": "xml"}, ValueError, "watchdog_format"),
    ],
    ids=str,
)
def test_bad_argument_of_the_watchdog_is_named(options, error, named):
    with pytest.raises(error, match=f"'{named}'"):
        monitor(**options)


def test_file_that_is_not_open_is_refused_and_nothing_runs():
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)

    with pytest.raises(OSError, match=r"[Bb]ad file"):
        monitor(watchdog=1, watchdog_file=writing)
