"""The live line: what happened between two snapshots, one a line."""

import io
import re
from dataclasses import replace

import pytest

from gilext import hold_for, release_for, watch
from gilext.core.environment import is_gil_enabled
from gilext.recording import live
from gilext.recording.live import LiveLines, line_between
from gilext.recording.results import ThreadTime
from gilext.recording.snapshot import Snapshot


def thread(name, held):
    return ThreadTime(name, 1, 1, held, held, 1)


def test_line_tells_the_time_between_the_snapshots_only():
    before = Snapshot(10.0, 8.0, (thread("a", 8.0),))
    now = Snapshot(12.0, 8.5, (thread("a", 8.1), thread("b", 0.4)))

    assert line_between(before, now) == "gilext    12.0 s  GIL held  25%  b 20%  a 5%"


def test_line_of_nothing_is_a_line():
    assert line_between(Snapshot(0.0, 0.0, ()), Snapshot(0.0, 0.0, ())).endswith("held   0%")


def test_without_a_gil_a_line_has_what_was_attached():
    """Several threads at once: together they may have been attached for more than the time."""
    before = Snapshot(2.0, 0.0, (replace(thread("a", 0.0), attached_seconds=1.0),), has_gil=False)
    after = [replace(thread(name, 0.0), attached_seconds=2.0) for name in "ab"]
    now = Snapshot(4.0, 0.0, tuple(after), has_gil=False)

    assert line_between(before, now) == "gilext     4.0 s  no GIL, attached 1.50  b 100%  a 50%"
    assert str(now).startswith("up to now 1.00 threads were attached on average in 4.000 s\n")
    assert "held" not in str(now)


def test_only_the_top_holders_are_named():
    now = Snapshot(1.0, 1.0, tuple(thread(f"t{i}", i / 50) for i in range(10)))

    line = line_between(Snapshot(0.0, 0.0, ()), now)

    assert "t9 18%  t8 16%  t7 14%  t6 12%" in line
    assert "t5" not in line


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_each_is_a_line_of_its_own(stream, monkeypatch):
    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0.05)
    written = stream()
    with watch() as watched, LiveLines(watched, written):
        while written.getvalue().count("\n") < 2:
            hold_for(0.02)
            release_for(0.02)

    lines = written.getvalue().splitlines()
    said = "GIL held" if is_gil_enabled() else "no GIL, attached"
    assert all(said in line for line in lines)
    assert "\r" not in written.getvalue()
    assert "\x1b" not in written.getvalue()


def test_threads_that_did_next_to_nothing_are_not_named():
    now = Snapshot(1.0, 0.5, (thread("much", 0.499), thread("little", 0.001)))

    assert line_between(Snapshot(0.0, 0.0, ()), now).endswith("held  50%  much 50%")


def test_closed_stream_is_nothing_to_write_to(monkeypatch):
    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0.001)
    written = io.StringIO()
    written.close()
    with watch() as watched, LiveLines(watched, written):
        hold_for(0.02)


@pytest.mark.parametrize("held", [8.4, 2.0], ids=["more", "less"])
def test_shares_add_up_to_no_more_than_what_was_held(held):
    before = Snapshot(0.0, 0.0, (thread("a", 0.0), thread("b", 0.0)))
    now = Snapshot(10.0, held, (thread("a", 6.0), thread("b", 5.0)))

    figures = [int(figure) for figure in re.findall(r"(\d+)%", line_between(before, now))]

    assert abs(figures[0] - sum(figures[1:])) <= 1


def test_snapshot_before_the_block_is_an_error():
    with pytest.raises(RuntimeError, match="outside the watched block"):
        watch().snapshot()
