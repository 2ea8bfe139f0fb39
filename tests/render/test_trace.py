"""Recordings as traces: every rule of the format, and what stands where."""

import json
from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gilext.recording.holds import Hold
from gilext.recording.parts import Activity, Frame, StackSample, Stall, Victim
from gilext.render import trace
from gilext.render.trace_groups import described

INNER, OUTER = Frame("a.py", 1, "f"), Frame("b.py", 2, "main")
READING = Frame("c.py", 3, "read")
LONG = Hold(0.5, 0.25, 0)
STACKS = (StackSample(0.1, (INNER, OUTER), "f(x)", "zlib.crc32"), StackSample(0.15, (OUTER,)))
STALL = Stall(LONG, STACKS, (Victim(1, 0.2, (READING,)),))
HOLDS = [Hold(0.1, 0.01, 0), Hold(0.2, 0.02, 1), LONG]
NAMES = ["MainThread", "worker <1>"]

healthy = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def recording(made_up):
    activity = Activity(0.4, ((0, 1, 0.3, 0.0), (1, 1, 0.0, 0.2), (1, 2, 0.0, 0.1)))
    return made_up(HOLDS, [STALL], NAMES, wait_seconds=0.3, wait_error=0.01, activity=activity)


def drawn(found, kind="X"):
    return [event for event in found["traceEvents"] if event["ph"] == kind]


def span_of(event):
    """Return when an event starts and ends, in nanoseconds."""
    start = round(event["ts"] * 1000)
    return start, start + round(event["dur"] * 1000)


def lane_of(event):
    return event["pid"], event["tid"]


def check_rules(found):
    """Check the rules of the trace format; raise where one is broken."""
    known = {"M", "X", "s", "f", "C"}
    assert {event["ph"] for event in found["traceEvents"]} <= known
    for event in found["traceEvents"]:
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert event.get("ts", 0) >= 0
        assert event.get("dur", 0) >= 0
    kinds = {"process_name", "process_sort_index", "thread_name", "thread_sort_index"}
    assert {event["name"] for event in drawn(found, "M")} <= kinds
    named = [lane_of(event) for event in drawn(found, "M") if event["name"] == "thread_name"]
    assert {lane_of(event) for kind in "Xsf" for event in drawn(found, kind)} <= set(named)
    assert len({tid for _, tid in named}) == len(named), "two threads with one number"
    check_nesting(found)
    check_flows(found)
    check_counters(found)


def check_nesting(found):
    lanes = defaultdict(list)
    for event in drawn(found):
        lanes[lane_of(event)].append(span_of(event))
    for spans in lanes.values():
        open_until = []
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            while open_until and open_until[-1] <= start:
                open_until.pop()
            assert not open_until or end <= open_until[-1], "events overlap"
            open_until.append(end)


def check_flows(found):
    """Check that each flow starts once, then ends once, each inside of an event that began."""
    begun = {}
    begun_in = defaultdict(list)
    for event in found["traceEvents"]:
        if event["ph"] == "X":
            begun_in[lane_of(event)].append(span_of(event))
        if event["ph"] in "sf":
            when = round(event["ts"] * 1000)
            spans = begun_in[lane_of(event)]
            assert any(start <= when <= end for start, end in spans), "flow of no event"
        if event["ph"] == "s":
            assert event["id"] not in begun, "two flows with one number"
            begun[event["id"]] = event
        if event["ph"] == "f":
            start = begun[event["id"]]
            assert (start["name"], start["cat"]) == (event["name"], event["cat"])
            assert start["ts"] <= event["ts"]
            assert event["bp"] == "e"
    assert len(drawn(found, "f")) == len(begun)


def check_counters(found):
    times = defaultdict(list)
    for event in drawn(found, "C"):
        times[event["pid"], event["name"]].append(event["ts"])
        (value,) = event["args"].values()
        assert value >= 0
    for values in times.values():
        assert values == sorted(set(values))


def test_trace_keeps_the_rules_of_its_format(recording):
    found = trace.events(recording)

    check_rules(found)
    shown = [(event["name"], event["tid"], event["ts"], event["dur"]) for event in drawn(found)]
    assert shown == [
        ("hold", 1, 1e5, 1e4),
        ("hold", 2, 2e5, 2e4),
        ("hold", 1, 5e5, 2.5e5),
        ("stall", 1, 5e5, 2.5e5),
        ("f (a.py:1)", 1, 5e5, 1e5),
        ("main (b.py:2)", 1, 6e5, 1.5e5),
        ("wait", 2, 5.5e5, 2e5),
    ]
    *_, first, _, wait = drawn(found)
    assert first["args"] == {
        "stack": ["f (a.py:1)", "main (b.py:2)"],
        "expression": "f(x)",
        "callable": "zlib.crc32",
    }
    assert wait["args"] == {"holder": "MainThread", "stack": ["read (c.py:3)"]}


def test_flow_leads_from_what_the_holder_ran_to_the_wait(recording):
    found = trace.events(recording)

    (start,), (end,) = drawn(found, "s"), drawn(found, "f")
    assert (start["tid"], start["ts"]) == (1, 5.5e5)
    assert (end["tid"], end["ts"]) == (2, 5.5e5)


def test_counters_are_means_of_their_buckets(recording):
    values = defaultdict(list)
    for event in drawn(trace.events(recording), "C"):
        values[event["name"]] += event["args"].values()

    assert values["waiters"] == pytest.approx([0, 0.2 / 0.4, 0.1 / 0.2])
    assert values["held"] == pytest.approx([0.03 / 0.4, 0.25 / 0.4, 0])


def test_unknown_waits_have_no_counter_and_missing_holds_no_share(made_up):
    activity = Activity(0.25, ((0, 1, 0.1, 0.0),))
    found = trace.events(
        made_up(HOLDS, [STALL], NAMES, activity=activity, holds_truncated_at_seconds=0.3)
    )

    assert [(event["name"], event["ts"]) for event in drawn(found, "C")] == [
        ("held", 0), ("held", 2.5e5),
    ]  # fmt: skip


def test_stall_may_be_a_part_of_its_hold(made_up):
    part = Stall(Hold(0.55, 0.2, 0), STACKS)
    found = trace.events(made_up(HOLDS, [part], NAMES))

    check_rules(found)
    assert [span_of(event)[1] for event in drawn(found)[2:4]] == [750_000_000] * 2


def test_what_would_stick_out_is_cut_off(made_up):
    long = Stall(Hold(0.55, 0.3, 0), STACKS, (Victim(1, 0.9, ()),))
    found = trace.events(made_up(HOLDS, [long], NAMES))

    check_rules(found)
    spans = {event["name"]: span_of(event) for event in drawn(found)}
    assert spans["stall"] == spans["wait"] == (550_000_000, 750_000_000)


def test_stall_of_which_the_hold_is_missing_is_drawn(made_up):
    found = trace.events(made_up(HOLDS[:1], [STALL], NAMES, holds_truncated_at_seconds=0.15))

    check_rules(found)
    assert [event["name"] for event in drawn(found)][:2] == ["hold", "stall"]


def test_stall_without_stacks_can_have_victims(made_up):
    check_rules(trace.events(made_up(HOLDS, [Stall(LONG, (), STALL.victims)], NAMES)))


@given(st.integers(0, 10**15), st.lists(st.floats(1e-9, 10), min_size=1, max_size=20))
@healthy
def test_stacks_of_a_stall_fill_it_and_do_not_overlap(made_up, start_ns, parts):
    whole = Hold(start_ns * 1e-9, round(sum(parts) * 1e9) * 1e-9, 0)
    stall = Stall(whole, tuple(StackSample(part, (INNER,)) for part in parts))
    longer = made_up([whole], [stall], seconds=start_ns * 1e-9 + sum(parts))

    found = trace.events(longer)

    check_rules(found)
    _, outer, *stacks = [span_of(event) for event in drawn(found)]
    assert stacks[0][0] == outer[0]
    assert [start for start, _ in stacks[1:]] == [end for _, end in stacks[:-1]]
    assert abs(stacks[-1][1] - outer[1]) <= 1


def disjoint(lengths):
    """Return holds one after another, the gaps and the lengths given in turn, in nanoseconds."""
    now, holds = 0, []
    for gap, length, thread in lengths:
        now += gap
        holds.append(Hold(now * 1e-9, length * 1e-9, thread))
        now += length
    return holds, max(now * 1e-9, 1e-9)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**12), st.integers(1, 10**10), st.integers(0, 2)), max_size=30
    ),
    st.integers(1, 5),
    st.floats(0, 1),
)
@healthy
def test_any_recording_makes_a_good_trace(made_up, lengths, step, waited):
    holds, seconds = disjoint(lengths)
    stalls = [
        Stall(hold, STACKS, tuple(Victim(other, waited * hold.seconds, ())
                                  for other in range(3) if other != hold.thread))
        for hold in holds[::step]
    ]  # fmt: skip
    activity = Activity(seconds / 7, ((0, 0, 0.0, seconds / 9), (1, 3, 0.0, seconds / 8)))

    found = trace.events(
        made_up(holds, stalls, ["a", "b", "c"], seconds, wait_seconds=seconds, activity=activity)
    )

    check_rules(json.loads(json.dumps(found)))
    names = [event["name"] for event in drawn(found)]
    assert (names.count("hold"), names.count("stall")) == (len(holds), len(stalls))
    assert names.count("wait") == len(drawn(found, "s")) == 2 * len(stalls)


def test_stop_of_the_world_has_a_lane_of_its_own_and_those_of_its_threads(without_gil):
    found = trace.events(without_gil)

    check_rules(found)
    names = {
        event["tid"]: event["args"]["name"]
        for event in drawn(found, "M")
        if event["name"] == "thread_name"
    }
    shown = [
        (event["name"], names[event["tid"]], *(time / 1e6 for time in span_of(event)))
        for event in drawn(found)
    ]
    assert shown == [
        ("stop of the world", "stops of the world", 100, 250),
        ("stopping", "stops of the world", 100, 200),
        ("standing still", "stops of the world", 200, 250),
        ("stopping the world", "MainThread", 100, 200),
        ("attached", "worker", 100, 175),
        ("stop of the world", "stops of the world", 600, 700),
        ("stopping", "stops of the world", 600, 700),
        ("attached", "worker", 600, 700),
        ("attached", "MainThread", 600, 600),
    ]
    assert drawn(found)[0]["args"] == {
        "asker": "MainThread",
        "reason": "garbage collection",
        "stack": [
            "<GC> generation 2",
            "tidy (/some/where/app.py:12)",
            "<module> (/some/where/app.py:30)",
        ],
        "waited_for": [
            {
                "thread": "worker",
                "seconds": 0.075,
                "stack": ["crunch (/some/where/work.py:41)"],
                "callable": "zlib.compress",
            }
        ],
    }
    assert [(names[event["tid"]], event["ts"]) for kind in "sf" for event in drawn(found, kind)] == [
        ("worker", 1e5), ("worker", 6e5), ("MainThread", 6e5),
        ("MainThread", 1e5), ("stops of the world", 6e5), ("stops of the world", 6e5),
    ]  # fmt: skip


def test_trace_without_a_gil_has_no_figure_of_holds(without_gil):
    found = trace.events(without_gil)

    assert drawn(found, "C") == []
    assert {event["cat"] for event in drawn(found)} == {"world"}
    figures = found["otherData"]
    assert (figures["without_gil_seconds"], figures["stops_seen"]) == (1.0, 5)
    assert not {"held_fraction", "wait_seconds", "pressure"} & figures.keys()


def test_trace_with_a_gil_has_no_lane_of_stops(recording, family):
    for found in (trace.events(recording), trace.events(family)):
        assert "stop" not in json.dumps(found)
        assert {event["cat"] for event in drawn(found)} == {"gil"}


def test_no_process_has_the_lane_of_stops_of_another(without_gil, recording, made_up_process):
    children = tuple(
        replace(one, process=made_up_process(9 + place, start_seconds=place))
        for place, one in enumerate((recording, without_gil))
    )
    root = replace(without_gil, process=made_up_process(1), children=children)

    check_rules(trace.events(root))


BREAKS = {
    "overlap": {"ph": "X", "ts": 7e5, "dur": 1e5, "tid": 1, "args": {}},
    "flow of no event": {"ph": "s", "ts": 9e5, "tid": 1, "id": 9},
    "two flows": {"ph": "s", "ts": 5.5e5, "tid": 1, "id": 1},
    "negative": {"ph": "X", "ts": -1, "dur": 0, "tid": 1, "args": {}},
}


@pytest.mark.parametrize("fault", BREAKS)
def test_rules_of_the_trace_format_can_be_broken(recording, fault):
    found = trace.events(recording)
    found["traceEvents"].append({"name": "x", "cat": "gil", "pid": 1, **BREAKS[fault]})

    with pytest.raises(AssertionError, match=None if fault == "negative" else fault):
        check_rules(found)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (INNER, "f (a.py:1)"),
        (Frame("a.py", 0, "f"), "f (a.py)"),
        (Frame("<GC>", 0, "generation 2"), "<GC> generation 2"),
        (Frame("<truncated>", 0, "<truncated>"), "<truncated>"),
        (Frame("<string>", 1, "<module>"), "<module> (<string>:1)"),
        (Frame("a\nb.py", 1, "f"), "f (a\\nb.py:1)"),
    ],
)
def test_frame_in_one_line(frame, text):
    assert described(frame) == text


@pytest.fixture
def family(recording, made_up_process):
    """Return a recording with two children, of which the second got the number of the first."""
    root = replace(recording, process=made_up_process(1, "python", "app.py", start_seconds=1.0))
    children = [
        replace(recording, process=made_up_process(9, "python", "app.py", origin="fork")),
        replace(
            recording,
            process=made_up_process(9, "python", "work.py", start_seconds=3.0, end="killed"),
            incomplete_reason="it was killed",
        ),
    ]
    return replace(root, children=tuple(children))


def test_each_process_is_one_of_the_trace(family):
    found = trace.events(family)

    check_rules(found)
    names = {
        event["pid"]: event["args"]["name"]
        for event in drawn(found, "M")
        if event["name"] == "process_name"
    }
    assert list(names.values()) == ["app.py", "app.py, forked", "work.py, killed"]
    assert list(names)[:2] == [1, 9]
    order = [event["args"] for event in drawn(found, "M") if event["name"] == "process_sort_index"]
    assert order == [{"sort_index": 0}, {"sort_index": 1}, {"sort_index": 2}]


def test_processes_are_on_one_clock(family):
    first_holds = {}
    for event in drawn(trace.events(family)):
        first_holds.setdefault(event["pid"], event["ts"])

    assert list(first_holds.values()) == [1.1e6, 0.1e6, 3.1e6]


def test_flows_and_counters_stay_in_their_process(family):
    found = trace.events(family)

    begun = {event["id"]: event["pid"] for event in drawn(found, "s")}
    assert len(begun) == len(drawn(found, "s")) == 3
    assert {event["id"]: event["pid"] for event in drawn(found, "f")} == begun
    of_each = {event["pid"] for event in drawn(found, "C") if event["name"] == "held"}
    assert of_each == set(begun.values())


def test_processes_are_described_with_the_trace(family):
    processes = trace.events(family)["otherData"]["processes"]

    assert [one["start_seconds"] for one in processes] == [1.0, 0.0, 3.0]
    assert [one.get("incomplete_reason") for one in processes] == [None, None, "it was killed"]
    assert [one["pid"] for one in processes] == [1, 9, 9]
