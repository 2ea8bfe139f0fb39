"""Recordings as files: JSON, traces, pictures."""

import json
import warnings
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gilext import hold_for, release_for, watch
from gilext.recording.holds import Hold
from gilext.recording.results import Frame, StackSample, Stall
from gilext.render import files, lanes, trace
from gilext.render.lanes import bars_by_thread

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


@pytest.mark.parametrize("name", ["x.HTML", "x.Trace.Json", "x.SVG"])
def test_suffix_may_be_in_capitals(recording, tmp_path, name):
    recording.save(tmp_path / name)

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


def start_of(event):
    """Return when an event starts, in nanoseconds."""
    return round(event["ts"] * 1000)


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
            while open_until and open_until[-1] <= start_of(event):
                open_until.pop()
            end = start_of(event) + round(event["dur"] * 1000)
            assert not open_until or end <= open_until[-1], "events overlap"
            open_until.append(end)


def test_trace_keeps_the_rules_of_its_format(recording):
    found = trace.events(recording)

    check_rules(found)
    drawn = [event for event in found["traceEvents"] if event["ph"] == "X"]
    assert [(event["name"], event["tid"], event["ts"], event["dur"]) for event in drawn] == [
        ("hold", 1, 1e5, 1e4),
        ("hold", 2, 2e5, 2e4),
        ("stall", 1, 5e5, 2.5e5),
        ("f (a.py:1)", 1, 5e5, 1e5),
        ("main (b.py:2)", 1, 6e5, 1.5e5),
    ]
    assert drawn[3]["args"]["stack"] == ["f (a.py:1)", "main (b.py:2)"]


@given(st.integers(0, 10**15), st.lists(st.floats(1e-9, 10), min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stacks_of_a_stall_fill_it_and_do_not_overlap(made_up, start_ns, parts):
    whole = Hold(start_ns * 1e-9, round(sum(parts) * 1e9) * 1e-9, 0)
    stall = Stall(whole, tuple(StackSample(part, (INNER,)) for part in parts))
    longer = made_up([whole], [stall], seconds=start_ns * 1e-9 + sum(parts))

    found = trace.events(longer)

    check_rules(found)
    hold, *stacks = [event for event in found["traceEvents"] if event["ph"] == "X"]
    ends = [start_of(event) + round(event["dur"] * 1000) for event in stacks]
    assert start_of(stacks[0]) == start_of(hold)
    assert [start_of(event) for event in stacks[1:]] == ends[:-1]
    assert abs(ends[-1] - start_of(hold) - round(hold["dur"] * 1000)) <= 1


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

    bars = bars_by_thread(holds, seconds)

    assert sum(map(len, bars.values())) <= len(holds)
    for of_thread in bars.values():
        for (start, length), (following, _) in pairwise(of_thread):
            assert start + length <= following
    column = seconds / 2000
    for hold in holds:
        assert any(
            start - column <= hold.start_seconds
            and hold.start_seconds + hold.seconds <= start + length + column
            for start, length in bars[hold.thread]
        )


class CountedPasses(tuple):
    """Holds that count how often somebody goes through them."""

    passes = 0

    def __iter__(self):
        CountedPasses.passes += 1
        return super().__iter__()


def test_picture_goes_through_the_holds_once_however_many_threads(recording, tmp_path):
    many = [Hold(i * 1e-3, 5e-4, i % 64) for i in range(640)]
    threads = recording.by_thread * 32

    CountedPasses.passes = 0
    replace(recording, holds=CountedPasses(many), by_thread=threads).save(tmp_path / "x.svg")

    assert CountedPasses.passes == 1


def svg_texts(path):
    return [element.text for element in ET.parse(path).iter() if element.tag.endswith("}text")]


def test_picture_explains_its_colours(recording, tmp_path):
    recording.save(tmp_path / "x.svg")
    assert {"held", "stall"} < set(svg_texts(tmp_path / "x.svg"))
    assert "no detail" not in svg_texts(tmp_path / "x.svg")

    replace(recording, holds_truncated_at_seconds=0.9).save(tmp_path / "y.svg")
    assert "no detail" in svg_texts(tmp_path / "y.svg")


def test_last_label_ends_at_the_edge(made_up, tmp_path):
    late = Hold(0.97, 0.03, 0)
    stall = Stall(late, (StackSample(0.03, (Frame("a_long_name_of_a_file.py", 1, "f"),)),))
    made_up([LONG, late], [STALL, stall]).save(tmp_path / "x.svg")

    anchors = {
        element.text: element.get("style")
        for element in ET.parse(tmp_path / "x.svg").iter()
        if element.text and ".py:" in element.text
    }
    assert "text-anchor: end" in anchors["a_long_name_of_a_file.py:1"]
    assert "text-anchor: end" not in anchors["b.py:2"]


def test_picture_of_many_threads_shows_those_that_held_most(made_up, tmp_path):
    holds = [Hold(i * 1e-3, 1e-6 * (i + 1), i) for i in range(100)]
    made_up(holds, [], [f"thread {i}" for i in range(100)]).save(tmp_path / "x.svg")

    texts = svg_texts(tmp_path / "x.svg")

    shown = [text for text in texts if text.startswith("thread ")]
    assert shown == [f"thread {i}" for i in range(100 - lanes.MAX_LANES, 100)]
    assert "seconds; 60 more threads aren't shown" in texts


@pytest.mark.parametrize("name", KINDS)
def test_any_name_of_a_thread_or_file_can_be_saved(made_up, tmp_path, name):
    odd = "a\udc80$x_{$\n작업자\x00"
    frame = Frame(odd, 1, odd)
    stall = Stall(LONG, (StackSample(0.25, (frame,)),))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made_up([LONG], [stall], [odd]).save(tmp_path / name)

    written = (tmp_path / name).read_bytes()
    if name == "x.json":
        assert json.loads(written)["by_thread"][0]["name"] == odd
    elif name != "x.png":
        assert b"a\\udc80" in written.replace(b"\\\\", b"\\")


def test_picture_of_many_holds_stays_small_and_names_the_stall(made_up, tmp_path):
    many = [Hold(i * 1e-5, 5e-6, i % 2) for i in range(50_000)]
    made_up([*many, LONG], [STALL], ["a", "b"]).save(tmp_path / "many.svg")
    made_up([*many[::50], LONG], [STALL], ["a", "b"]).save(tmp_path / "few.svg")

    many_bytes, few_bytes = ((tmp_path / n).stat().st_size for n in ("many.svg", "few.svg"))
    assert many_bytes < 2 * few_bytes
    texts = {text.text for text in ET.parse(tmp_path / "many.svg").iter() if text.text}
    assert any("b.py:2" in text for text in texts)
