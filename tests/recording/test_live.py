"""The live line: what happened between two snapshots, on a terminal and elsewhere."""

import io
import time

import pytest

from gilext import hold_for, release_for, watch
from gilext.recording.live import LiveLine, line_between
from gilext.recording.results import ThreadTime
from gilext.recording.watch import Snapshot


def thread(name, held):
    return ThreadTime(name, 1, 1, held, held, 1)


def test_line_tells_the_time_between_the_glances_only():
    before = Snapshot(10.0, 8.0, (thread("a", 8.0),))
    now = Snapshot(12.0, 8.5, (thread("a", 8.1), thread("b", 0.4)))

    assert line_between(before, now) == "gilext    12.0 s  GIL held  25%  b 20%  a 5%"


def test_line_of_nothing_is_a_line():
    assert line_between(Snapshot(0.0, 0.0, ()), Snapshot(0.0, 0.0, ())).endswith("held   0%")


def test_only_the_top_holders_are_named():
    now = Snapshot(1.0, 1.0, tuple(thread(f"t{i}", i / 100) for i in range(20)))

    line = line_between(Snapshot(0.0, 0.0, ()), now)

    assert "t19 19%  t18 18%  t17 17%  t16 16%" in line
    assert "t15" not in line


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_lines_are_written_while_the_block_runs(stream):
    written = stream()
    with watch() as watched, LiveLine(watched, written):
        while "GIL held" not in written.getvalue():
            hold_for(0.02)
            release_for(0.02)
            time.sleep(0.01)

    lines = written.getvalue()
    assert ("\n" in lines) is not written.isatty()
    assert lines.endswith("\r\x1b[K") is written.isatty()


def test_glance_before_the_block_is_an_error():
    with pytest.raises(RuntimeError, match="outside the watched block"):
        watch().snapshot()
