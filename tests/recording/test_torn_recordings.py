"""Recordings in files of processes that were killed, and files that are damaged or cut short."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import gilext
from gilext._native import open_recording
from gilext.recording.files import recording_in

CHILDREN = Path(__file__).parents[1] / "children"
sys.path.insert(0, str(CHILDREN))

from figures import check_figures  # noqa: E402
from in_a_file import record  # noqa: E402


def test_a_running_process_is_told_from_one_that_was_killed(tmp_path: Path) -> None:
    stamps = tmp_path / "stamps"
    with running(tmp_path / "made.gilext", stamps) as program:
        said = recording_in(tmp_path / "made.gilext")
        assert said.process is not None
        assert said.process.end == "running"
        assert said.incomplete_reason == "the process still ran when its recording was read"
        program.kill()
        program.wait()
        said = recording_in(tmp_path / "made.gilext")
        assert said.process is not None
        assert said.process.end == "killed"


def test_a_process_that_became_another_program_records_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "made.gilext"
    code = (
        "import os, sys, gilext; w = gilext.watch(file=sys.argv[1]).__enter__(); "
        "os.execv(sys.executable, [sys.executable, '-c', 'print(1, flush=True); input()'])"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        program.stdout.readline()
        said = recording_in(path)
        program.communicate(b"\n")
    assert said.process is not None
    assert (said.process.pid, said.process.end) == (program.pid, "killed")


# -- killed at any moment --------------------------------------------------------------------


@contextmanager
def running(path: Path, stamps: Path, interval: float = 2e-4) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that is recorded, and writes to `stamps` up to when."""
    stamps.write_bytes(bytes(8))
    command = [sys.executable, CHILDREN / "stamped_recording.py", path, stamps, f"{interval}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.readline()
        try:
            yield program
        finally:
            program.kill()


@pytest.mark.parametrize("times", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_a_kill_at_any_moment_leaves_all_up_to_it(tmp_path: Path, times: int) -> None:
    path, stamps = tmp_path / "made.gilext", tmp_path / "stamps"
    for _ in range(times):
        with running(path, stamps, random.choice((2e-5, 2e-4))) as program:
            time.sleep(random.uniform(0.0, 0.3))
            program.kill()
        sampler, _, state = open_recording(path)
        known_until = int.from_bytes(stamps.read_bytes(), sys.byteorder)
        assert sampler.totals()["end_ns"] >= known_until
        assert not state["is_ended"]
        check_figures(recording_in(path))


# -- damaged ---------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_damaged_file_is_refused_or_read(
    tmp_path: Path, times: int, run_child: Callable[..., Any]
) -> None:
    record(tmp_path / "ended.gilext", "end")
    record(tmp_path / "killed.gilext", "kill")
    seed = random.randrange(2**32)
    said = run_child("damaged_recordings.py", str(tmp_path), str(times), str(seed)).stdout
    read, refused = map(int, said.split())
    assert read and refused, said


@pytest.mark.with_gil
def test_what_a_file_that_was_cut_has_is_read(tmp_path: Path) -> None:
    path = tmp_path / "made.gilext"
    record(path, "end")
    content = path.read_bytes()
    whole = recording_in(path)
    found = len(whole.holds)
    for size in range(len(content) - 1, 0, -1024):
        path.write_bytes(content[:size])
        try:
            cut = recording_in(path)
        except ValueError:  # so much of it has to be there
            break
        assert cut.incomplete_reason == "the file was cut short, and what was behind is missing"
        assert [thread.held_seconds for thread in cut.by_thread] == [
            thread.held_seconds for thread in whole.by_thread
        ]
        assert len(cut.holds) <= found
        assert (cut.holds_truncated_at_seconds is None) == (len(cut.holds) == len(whole.holds))
        found = len(cut.holds)
    assert found == 0


def test_a_file_without_its_beginning_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "made.gilext"
    record(path, "end")
    content = path.read_bytes()
    for size in (0, 7, 8, 100, 1000):
        path.write_bytes(content[:size])
        with pytest.raises(ValueError, match=r"made\.gilext"):
            gilext.load_recording(path)


def test_one_of_another_version_names_both(tmp_path: Path) -> None:
    path = tmp_path / "made.gilext"
    record(path, "end")
    content = bytearray(path.read_bytes())
    content[8] += 1  # the format
    content[12:17] = b"9.8.7"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"by gilext 9\.8\.7 .*{gilext.__version__}"):
        gilext.load_recording(path)
