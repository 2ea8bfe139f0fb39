"""Recordings whose memory is a file: what is read back is what was seen, however it ended."""

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gilext
from gilext._native import Sampler
from gilext.core.environment import info
from gilext.recording.files import recording_in

CHILDREN = Path(__file__).parents[1] / "children"
sys.path.insert(0, str(CHILDREN))

from in_a_file import PROGRAM, record  # noqa: E402


def test_what_is_read_back_is_what_the_watch_has_said(tmp_path: Path) -> None:
    with gilext.watch(file=tmp_path / "made.gilext") as watched:
        gilext.hold_for(0.05)
    read = gilext.load_recording(tmp_path / "made.gilext")
    said = watched.recording.to_dict() | {"process": None}
    assert read.to_dict() | {"process": None} == said
    assert read.incomplete_reason is None


def test_it_has_the_process_that_was_recorded(tmp_path: Path) -> None:
    record(tmp_path / "made.gilext", "end")
    process = recording_in(tmp_path / "made.gilext").process
    assert process is not None
    assert process.parent_pid == os.getpid()
    assert process.command[1:] == (str(PROGRAM), str(tmp_path / "made.gilext"), "end")
    assert (process.origin, process.end) == ("run", "ended")


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (sys.version, info().python_version),
        ("3.99.0 (main, Nov 25 2026) [GCC 99]", "3.99.0"),
        (None, "of an unknown version"),
    ],
)
def test_a_process_that_said_no_more_than_its_version_ran_on_that(
    tmp_path: Path, python: str | None, said: str
) -> None:
    path = tmp_path / "made.gilext"
    sampler = Sampler(1e-3, 0.0, 0.0, 0, file=path)
    sampler.write_note("process", json.dumps({"python": python}).encode())
    assert recording_in(path).environment.python_version == said


@pytest.mark.with_gil
@pytest.mark.parametrize("ending", ["kill", "leave", "crash"])
def test_a_process_that_is_killed_leaves_its_recording(tmp_path: Path, ending: str) -> None:
    record(tmp_path / "made.gilext", ending)
    recording = gilext.load_recording(tmp_path / "made.gilext")
    assert recording.process is not None
    assert recording.process.end == "killed"
    assert recording.incomplete_reason is not None
    assert {thread.name for thread in recording.by_thread} >= {"MainThread", "the hog"}
    assert recording.lines()
    assert "what came after the last sample is missing" in str(recording)


# -- where it can't be made ------------------------------------------------------------------


def test_a_file_that_exists_is_replaced_by_another(tmp_path: Path) -> None:
    path, link = tmp_path / "made.gilext", tmp_path / "other"
    path.write_bytes(b"precious")
    link.hardlink_to(path)
    with gilext.watch(file=path):
        pass
    assert link.read_bytes() == b"precious"
    assert recording_in(path).samples
    assert path.stat().st_mode & 0o777 == 0o600
    assert {file.name for file in tmp_path.iterdir()} == {"made.gilext", "other"}


def test_a_file_stays_if_its_successor_cant_be_made(tmp_path: Path) -> None:
    path = tmp_path / "made.gilext"
    path.write_bytes(b"precious")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            gilext.watch(file=path).__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert path.read_bytes() == b"precious"
    assert [file.name for file in tmp_path.iterdir()] == ["made.gilext"]


@pytest.mark.with_gil
def test_a_full_disk_ends_the_detail_and_not_the_program(run_child: Callable[..., Any]) -> None:
    said = run_child("full_disk.py").stdout
    assert said == "fine\n"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", IsADirectoryError),
        ("no/folder", FileNotFoundError),
        ("pipe", FileExistsError),
        ("x" * 300, OSError),
    ],
)
def test_what_can_be_no_file_is_said(tmp_path: Path, name: str, error: type[Exception]) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error):
        gilext.watch(file=tmp_path / name).__enter__()
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_folder_that_cant_be_written_to_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        gilext.watch(file=tmp_path / "made.gilext").__enter__()


def test_a_descriptor_that_became_another_file_is_left_alone(run_child: Callable[..., Any]) -> None:
    assert run_child("file_descriptor.py").stdout == "fine\n"


def test_a_recording_in_memory_cant_become_a_file(tmp_path: Path) -> None:
    with gilext.watch() as watched:
        pass
    with pytest.raises(ValueError, match=r"is made while a program runs"):
        watched.recording.save(tmp_path / "made.gilext")


def test_more_memory_than_there_is_may_be_asked_for(tmp_path: Path) -> None:
    with gilext.watch(memory=sys.maxsize, file=tmp_path / "made.gilext"):
        gilext.hold_for(0.001)
    assert recording_in(tmp_path / "made.gilext").samples


def test_a_sampler_without_a_file_keeps_no_notes() -> None:
    assert Sampler(1e-3, 0.0, 0.0, 0).write_note("key", b"value") is False


# -- forks -----------------------------------------------------------------------------------


@pytest.mark.with_gil
@pytest.mark.forks
def test_a_forked_child_never_writes_to_the_file(
    tmp_path: Path, run_child: Callable[..., Any]
) -> None:
    assert run_child("file_fork.py", str(tmp_path)).stdout == "fine\n"
