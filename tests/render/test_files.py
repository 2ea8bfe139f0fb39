"""Recordings as files: JSON, traces, pictures."""

import json
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gilext import hold_for, release_for, watch
from gilext.recording.holds import Hold
from gilext.recording.results import Frame, StackSample, Stall
from gilext.render import files, trace
from gilext.render.lanes import bars_of

INNER, OUTER = Frame("a.py", 1, "f"), Frame("b.py", 2, "main")
LONG = Hold(0.5, 0.25, 0)
STALL = Stall(LONG, (StackSample(0.1, (INNER, OUTER)), StackSample(0.15, (OUTER,))))
HOLDS = [Hold(0.1, 0.01, 0), Hold(0.2, 0.02, 1), LONG]
KINDS = ["x.json", "x.trace.json", "x.html", "x.svg", "x.png"]


@pytest.fixture
def recording(made_up):
    return made_up(HOLDS, [STALL], ["MainThread", "worker <1>"])


@pytest.mark.parametrize("name", KINDS)
def test_recording_is_saved_as_its_suffix_says(recording, tmp_path, name):
    recording.save(tmp_path / name)
    recording.save(str(tmp_path / f"again-{name}"))

    written = (tmp_path / name).read_bytes()
    assert written == (tmp_path / f"again-{name}").read_bytes()
    if name.endswith(".json"):
        assert ("traceEvents" in json.loads(written)) is (name == "x.trace.json")
    else:
        assert written.lstrip()[:8] in (b"<!DOCTYP", b"<?xml ve", b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("name", KINDS)
def test_real_recording_is_saved(tmp_path, name):
    with watch() as watched:
        hold_for(0.05)
        release_for(0.01)

    watched.save(tmp_path / name)

    assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("name", KINDS)
def test_empty_recording_is_saved(made_up, tmp_path, name):
    made_up(names=(), histogram=(0,) * 40, seconds=1e-6).save(tmp_path / name)

    assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("name", ["x", "x.txt", "x.HTML.gz"])
def test_unknown_suffix_is_named(recording, tmp_path, name):
    with pytest.raises(ValueError, match=r"'path' must end in \.html, .* not 'x"):
        recording.save(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_missing_folder_is_named(recording, tmp_path):
    with pytest.raises(ValueError, match="'path': there is no folder"):
        recording.save(tmp_path / "missing" / "x.json")


def test_missing_matplotlib_is_said(recording, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "find_spec", lambda name: None)

    with pytest.raises(ImportError, match="needs matplotlib"):
        recording.save(tmp_path / "x.svg")


@pytest.mark.parametrize(
    ("name", "kind"), [("x.txt", "picture"), ("missing/x.html", "html"), ("missing/x", "trace")]
)
def test_target_that_can_not_be_written_is_refused_beforehand(tmp_path, name, kind):
    with pytest.raises(ValueError, match=r"x\.txt|missing"):
        files.check_target(tmp_path / name, kind)


def test_kind_goes_before_the_suffix(recording, tmp_path):
    files.save(recording, tmp_path / "x.json", "trace")

    assert "traceEvents" in json.loads((tmp_path / "x.json").read_text())


def check_rules(found):
    """Check the rules of the trace format; raise where one is broken."""
    lanes = {}
    for event in found["traceEvents"]:
        assert event["ph"] in ("M", "X")
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        if event["ph"] == "X":
            assert event["ts"] >= 0
            assert event["dur"] >= 0
            lanes.setdefault(event["tid"], []).append(event)
        else:
            assert event["name"] in ("process_name", "thread_name", "thread_sort_index")
    named = {event["tid"] for event in found["traceEvents"] if event["name"] == "thread_name"}
    assert set(lanes) <= named
    for events in lanes.values():
        open_until = []
        for event in sorted(events, key=lambda event: (event["ts"], -event["dur"])):
            while open_until and open_until[-1] <= event["ts"] + 0.0015:
                open_until.pop()
            end = event["ts"] + event["dur"]
            assert not open_until or end <= open_until[-1] + 0.0015, "events overlap"
            open_until.append(end)


def test_trace_keeps_the_rules_of_its_format(recording):
    found = trace.events(recording)

    check_rules(found)
    stall, *stacks = [event for event in found["traceEvents"] if event["ph"] == "X"][-3:]
    assert (stall["name"], stall["ts"], stall["dur"]) == ("stall", 5e5, 2.5e5)
    assert [stack["name"] for stack in stacks] == ["f (a.py:1)", "main (b.py:2)"]
    assert sum(stack["dur"] for stack in stacks) == pytest.approx(stall["dur"])


def test_rules_of_the_trace_format_can_be_broken(recording):
    found = trace.events(recording)
    found["traceEvents"].append({**found["traceEvents"][-1], "ts": 7e5, "dur": 1e5})

    with pytest.raises(AssertionError, match="overlap"):
        check_rules(found)


def disjoint(lengths):
    """Return holds one after another, the gaps and the lengths given in turn, in nanoseconds."""
    now, holds = 0, []
    for gap, length, thread in lengths:
        now += gap
        holds.append(Hold(now * 1e-9, length * 1e-9, thread))
        now += length
    return holds, max(now * 1e-9, 1e-9)


gaps_and_lengths = st.lists(
    st.tuples(st.integers(1, 10**12), st.integers(1, 10**10), st.integers(0, 2)), max_size=30
)


@given(gaps_and_lengths)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_recording_makes_a_good_trace(made_up, lengths):
    holds, seconds = disjoint(lengths)
    names = ["a", "b", "c"]

    found = trace.events(made_up(holds, [], names, seconds))

    check_rules(json.loads(json.dumps(found)))
    assert sum(event["ph"] == "X" for event in found["traceEvents"]) == len(holds)


@given(gaps_and_lengths)
def test_bars_cover_every_hold_and_do_not_overlap(lengths):
    holds, seconds = disjoint(lengths)

    bars = bars_of(holds, seconds)

    assert len(bars) <= len(holds)
    for (start, length), (following, _) in pairwise(bars):
        assert start + length <= following
    column = seconds / 2000
    for hold in holds:
        assert any(
            start - column <= hold.start_seconds
            and hold.start_seconds + hold.seconds <= start + length + column
            for start, length in bars
        )


def test_picture_of_many_holds_stays_small_and_names_the_stall(made_up, tmp_path):
    many = [Hold(i * 1e-5, 5e-6, i % 2) for i in range(50_000)]
    made_up([*many, LONG], [STALL], ["a", "b"]).save(tmp_path / "many.svg")
    made_up([*many[::50], LONG], [STALL], ["a", "b"]).save(tmp_path / "few.svg")

    many_bytes, few_bytes = ((tmp_path / n).stat().st_size for n in ("many.svg", "few.svg"))
    assert many_bytes < 2 * few_bytes
    texts = {text.text for text in ET.parse(tmp_path / "many.svg").iter() if text.text}
    assert any("b.py:2" in text for text in texts)
