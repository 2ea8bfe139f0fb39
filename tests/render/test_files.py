"""Recordings as files: which kinds there are, and pictures."""

import json
import warnings
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext import hold_for, release_for, watch
from gilext.core import extras
from gilext.recording.holds import Hold
from gilext.recording.parts import Activity, HeldStack
from gilext.recording.results import Frame, StackSample, Stall
from gilext.render import files, lanes
from gilext.render.lanes import bars_by_thread

INNER, OUTER = Frame("a.py", 1, "f"), Frame("b.py", 2, "main")
LONG = Hold(0.5, 0.25, 0)
STALL = Stall(LONG, (StackSample(0.1, (INNER, OUTER)), StackSample(0.15, (OUTER,))))
HOLDS = [Hold(0.1, 0.01, 0), Hold(0.2, 0.02, 1), LONG]
KINDS = [
    "x.json",
    "x.trace.json",
    "x.speedscope.json",
    "x.folded",
    "x.html",
    "x.svg",
    "x.png",
]


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
        said = json.loads(written)
        key = {"x.trace.json": "traceEvents", "x.speedscope.json": "$schema"}.get(name, "seconds")
        assert key in said
    elif name == "x.folded":
        assert written.startswith(b"MainThread;(no stack) 260000\nworker <1>;")
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

    assert ((tmp_path / name).stat().st_size == 0) is (name == "x.folded")


@pytest.mark.parametrize("name", ["x.HTML", "x.Trace.Json", "x.SVG"])
def test_suffix_may_be_in_capitals(recording, tmp_path, name):
    recording.save(tmp_path / name)

    assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("name", ["x", "x.txt", "x.HTML.gz"])
def test_unknown_suffix_is_named(recording, tmp_path, name):
    with pytest.raises(ValueError, match=r"'path' must end in \.html, .*\.folded, .* not 'x"):
        recording.save(tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("x.folded", "held"), ("x.waited.folded", "waited"), ("waited.folded", "held")],
)
def test_longest_suffix_says_the_kind(tmp_path, name, kind):
    assert files.kind_of(tmp_path / name) == kind


def test_file_of_waits_is_not_written_if_they_are_unknown(made_up, tmp_path):
    without = made_up(waits_unavailable_reason="the C library is another")
    (tmp_path / "x.waited.folded").write_text("before")

    with pytest.raises(ValueError, match=r"unknown for how long .*: the C library is another"):
        without.save(tmp_path / "x.waited.folded")

    assert [path.name for path in tmp_path.iterdir()] == ["x.waited.folded"]
    assert (tmp_path / "x.waited.folded").read_text() == "before"


def test_missing_folder_is_named(recording, tmp_path):
    with pytest.raises(ValueError, match="'path': there is no folder"):
        recording.save(tmp_path / "missing" / "x.json")


def test_missing_matplotlib_is_said(recording, tmp_path, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)

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


def test_picture_shows_what_was_waited_and_ran_released_if_that_is_known(recording, tmp_path):
    rows = tuple((0, bucket, 0.04, 0.05) for bucket in range(10))
    recording.save(tmp_path / "x.svg")
    replace(recording, activity=Activity(0.1, rows)).save(tmp_path / "y.svg")

    before, after = ((tmp_path / name).read_text() for name in ("x.svg", "y.svg"))
    for meaning, colour in (("waited", "#b8700f"), ("ran released", "#1a9779")):
        assert meaning in svg_texts(tmp_path / "y.svg")
        assert meaning not in svg_texts(tmp_path / "x.svg")
        assert after.count(colour) > 5 and colour not in before


def test_long_sentence_stays_inside_of_the_picture(recording, tmp_path):
    line = HeldStack(0, (Frame("/folder" * 12 + "/file.py", 1, "f"),), 0.2, None, 1, 0.2)
    replace(recording, stacks=(line,)).save(tmp_path / "x.svg")

    texts = svg_texts(tmp_path / "x.svg")
    assert max(map(len, texts)) <= 105
    assert any(text.endswith("file.py:1 f") for text in texts)


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


def test_picture_has_a_lane_of_stops_and_names_the_line_that_was_waited_for(without_gil, tmp_path):
    without_gil.save(tmp_path / "x.svg")

    texts = svg_texts(tmp_path / "x.svg")
    assert [text for text in texts if text in ("stops of the world", "MainThread", "worker")] == [
        "stops of the world", "MainThread", "worker",
    ]  # fmt: skip
    assert texts.count("work.py:41") == 2
    assert texts[-4:] == [
        "stopping the world", "the world stands still", "attached: the stop waits for it", "ran",
    ]  # fmt: skip


def test_picture_of_a_stop_needs_no_colour_to_tell_its_parts(without_gil, tmp_path):
    without_gil.save(tmp_path / "x.svg")

    drawn = (tmp_path / "x.svg").read_text()
    hatched = drawn.count("fill: url(#")
    assert hatched == 4  # in the lane of stops twice, in the asker's, and in the legend


def test_picture_with_a_gil_has_no_lane_of_stops(recording, tmp_path):
    recording.save(tmp_path / "x.svg")

    assert not {"stops of the world", "stopping the world"} & set(svg_texts(tmp_path / "x.svg"))
