"""Recordings read back from JSON: whole, from before waits were counted, and refused."""

import json
from dataclasses import replace

import pytest

import gilext
from gilext import hold_for, watch
from gilext.recording.holds import Hold
from gilext.recording.loading import load_recording, recording_of
from gilext.recording.parts import Activity, Frame, HeldStack, StackSample, Stall, Victim
from gilext.recording.pauses import Pause, WaitedFor

FRAMES = (Frame("a.py", 1, "f"), Frame("b.py", 2, "main"))
HOLDS = [Hold(0.1, 0.01, 0, False, 0.0), Hold(0.5, 0.25, 1, True, 0.5)]
STALL = Stall(HOLDS[1], (StackSample(0.25, FRAMES, "f(x)", "zlib.crc32"),), (Victim(0, 0.2, ()),))
STACK = HeldStack(1, FRAMES, 0.25, 0.5, 1, 0.25, "f(x)", "zlib.crc32", victims=((0, 0.2),))
PAUSE = Pause(0.2, 0.05, None, 0, FRAMES, "garbage collection", (WaitedFor(1, 0.04, FRAMES),))
LATER_FIELDS = {
    "wait_seconds", "wait_error", "pressure", "pressure_error", "waiters", "waiters_error",
    "waits_unavailable_reason", "stacks", "activity", "without_gil_seconds", "pauses",
    "pauses_seen", "collections",
}  # fmt: skip


@pytest.fixture
def recording(made_up):
    return made_up(
        HOLDS,
        [STALL],
        ["MainThread", "worker\n"],
        wait_seconds=0.5,
        wait_error=0.01,
        stacks=(STACK,),
        activity=Activity(0.5, ((0, 1, 0.1, 0.4),)),
        without_gil_seconds=0.5,
        pauses=(PAUSE, replace(PAUSE, start_seconds=0.4, stopped_seconds=0.01, asker=None)),
        pauses_seen=3,
        collections=4,
    )


def said_of(recording):
    """Return what a recording's file says."""
    return json.loads(json.dumps(recording.to_dict()))


def test_recording_is_read_as_it_was(recording, tmp_path):
    recording.save(tmp_path / "x.json")

    again = load_recording(str(tmp_path / "x.json"))

    assert again == recording
    assert str(again) == str(recording)


def test_real_recording_is_read_as_it_was(tmp_path):
    with watch() as watched:
        hold_for(0.05)
    watched.save(tmp_path / "x.json")

    assert load_recording(tmp_path / "x.json") == watched.recording


def test_recording_without_waits_has_them_unknown(recording):
    said = said_of(recording)
    for name in LATER_FIELDS:
        del said[name]
    del said["holds"]["waited_seconds"], said["holds"]["gapped"]
    for part in (*said["by_thread"], *said["longest"]):
        part.pop("waited_seconds")
    del said["stalls"][0]["victims"], said["stalls"][0]["stacks"][0]["callable"]

    older = recording_of(said)

    assert (older.wait_seconds, older.pressure, older.holds[0].waited_seconds) == (None, None, None)
    assert "didn't count waiting threads" in older.waits_unavailable_reason
    assert [hold.start_seconds for hold in older.holds] == [0.1, 0.5]
    assert (older.without_gil_seconds, older.pauses_seen, older.collections) == (None, None, None)
    assert older.lines() == ()
    assert older.lines_unavailable_reason.endswith("took those of stalls alone")


def change(path, value):
    """Return what puts a value into a document, at a path of names and places."""

    def put(said):
        *parents, last = path
        for name in parents:
            said = said[name]
        said[last] = value

    return put


FAULTS = {
    "a field is missing": (lambda said: said.pop("samples"), "there is no field 'samples'"),
    "no holds": (lambda said: said.pop("holds"), "there is no field 'holds'"),
    "not an object": (change(["environment"], []), "environment must be an object"),
    "another type": (change(["seconds"], "1"), "seconds must be a finite number, not '1'"),
    "an unknown thread": (change(["stacks", 0, "thread"], 2), "isn't among the 2"),
    "of a hold": (change(["holds", "thread", 0], -1), "isn't among the 2"),
    "of a victim": (change(["stalls", 0, "victims", 0, "thread"], 9), "isn't among the 2"),
    "short holds": (change(["holds", "thread"], [0]), "holds must be of one length"),
    "who asked for a pause": (change(["pauses", 0, "asker"], 2), "isn't among the 2"),
    "who kept it waiting": (
        change(["pauses", 0, "waited_for", 0, "thread"], -1),
        "isn't among the 2",
    ),
    "a time before": (change(["holds", "seconds", 0], -1), "must be 0 to 1e"),
    "a time too late": (change(["holds", "start_seconds", 0], 1e300), "must be 0 to 1e"),
    "an empty stack": (change(["stacks", 0, "frames"], []), "a stack without frames"),
    "an infinity": (change(["seconds"], float("inf")), "Infinity is no number"),
    "no float": (change(["seconds"], 10**999), "seconds must be a finite number"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_file_of_something_else_is_refused(recording, tmp_path, fault):
    spoil, error = FAULTS[fault]
    said = said_of(recording)
    spoil(said)
    (tmp_path / "x.json").write_text(json.dumps(said))

    with pytest.raises(ValueError, match=rf"x\.json' is no recording of gilext as .*{error}"):
        load_recording(tmp_path / "x.json")


@pytest.mark.parametrize("path", [("later",), ("holds", "later"), ("by_thread", 0, "later")])
def test_newer_recording_is_refused_with_both_versions(recording, path):
    said = said_of(recording)
    change(path, 1)(said)
    change(["environment", "gilext_version"], "99.1")(said)

    with pytest.raises(
        ValueError, match=r"later', which is unknown: it was made by gilext 99\.1, and"
    ):
        recording_of(said)


def test_newer_recording_without_new_fields_is_read(recording):
    said = said_of(recording)
    change(["environment", "gilext_version"], "99.1")(said)

    assert recording_of(said).environment.gilext_version == "99.1" != gilext.__version__


@pytest.mark.parametrize("content", [b"", b"[1, 2]", b"\xff\xfe", b"[" * 100_000, b'{"a": 1}'])
def test_file_that_is_no_recording_at_all_is_said(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)

    with pytest.raises(ValueError, match="is no recording of gilext as"):
        load_recording(tmp_path / "x.json")


def test_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_recording(tmp_path / "x.json")
