"""Recordings as flame graphs: what each box is as wide as, and any name in them."""

import json
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gilext import hold_for, watch
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack
from gilext.render import flame

DUMPS, MAIN = Frame("/srv/orders.py", 41, "rows"), Frame("/srv/main.py", 7, "main")
COLLECTING = Frame("<GC>", 0, "generation 2")
STACKS = (
    HeldStack(0, (DUMPS, MAIN), 0.5, 1.25, 20, 0.1, "json.dumps(rows)", "json.encoder.c_make"),
    HeldStack(0, (MAIN,), 0.25, 0.0, 10, 0.1),
    HeldStack(1, (COLLECTING, DUMPS, MAIN), 0.125, 0.25, 1, 0.125),
)
HOLDS = [Hold(0, 0.8, 0), Hold(1, 0.125, 1)]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)


@pytest.fixture
def recording(made_up):
    return made_up(HOLDS, names=["MainThread", "pool; 1"], seconds=2, stacks=STACKS, wait_seconds=2)


def read_collapsed(text):
    """Return what collapsed text says, by the rules of its readers: the last word is the number."""
    lines = [re.fullmatch(r"(.+) (\d+)", line) for line in text.split("\n")[:-1]]
    return Counter({tuple(line[1].split(";")): int(line[2]) for line in lines})


def read_speedscope(document):
    """Return the profiles of a document by their names: their stacks and weights."""
    names = [frame["name"] for frame in document["shared"]["frames"]]
    found = {}
    for profile in document["profiles"]:
        assert (profile["type"], profile["unit"]) == ("sampled", "seconds")
        assert profile["startValue"] == 0
        assert profile["endValue"] == pytest.approx(sum(profile["weights"]))
        stacks = zip(profile["samples"], profile["weights"], strict=True)
        found[profile["name"]] = [
            (tuple(names[i] for i in stack), weight) for stack, weight in stacks
        ]
    return found


def test_collapsed_text_has_the_thread_first_and_the_called_function_last(recording):
    main, rows = "main (/srv/main.py:7)", "rows (/srv/orders.py:41)"

    assert read_collapsed(flame.collapsed(flame.held_seconds(recording))) == {
        ("MainThread", main, rows, "json.encoder.c_make"): 500_000,
        ("MainThread", main): 250_000,
        ("MainThread", "(no stack)"): 50_000,
        ("pool: 1", main, rows, "<GC> generation 2"): 125_000,
    }
    assert read_collapsed(flame.collapsed(flame.waited_seconds(recording))) == {
        ("MainThread", main, rows, "json.encoder.c_make"): 1_250_000,
        ("pool: 1", main, rows, "<GC> generation 2"): 250_000,
        ("(no stack)",): 500_000,
    }


def test_speedscope_has_what_was_held_and_what_was_waited(recording):
    document = json.loads(json.dumps(flame.speedscope(recording)))

    found = read_speedscope(document)
    assert list(found) == ["held seconds", "waited seconds"]
    main, rows = "main (main.py:7)", "rows (orders.py:41)"
    assert found["held seconds"][0] == (("MainThread", main, rows, "json.encoder.c_make"), 0.5)
    assert found["waited seconds"][-1] == (("(no stack)",), pytest.approx(0.5))
    assert {"name": main, "file": "/srv/main.py", "line": 7} in document["shared"]["frames"]
    assert {"name": "<GC> generation 2"} in document["shared"]["frames"]


def test_both_forms_say_the_same(recording):
    by_name = read_speedscope(flame.speedscope(recording))

    for name, seconds in [
        ("held seconds", flame.held_seconds),
        ("waited seconds", flame.waited_seconds),
    ]:
        text = read_collapsed(flame.collapsed(seconds(recording)))
        assert sum(text.values()) == pytest.approx(1e6 * sum(w for _, w in by_name[name]), abs=9)


def test_unknown_waits_are_left_out(made_up):
    without = made_up(HOLDS[:1], stacks=STACKS[:2], waits_unavailable_reason="no glibc")

    assert list(read_speedscope(flame.speedscope(without))) == ["held seconds"]
    with pytest.raises(ValueError, match="unknown for how long threads waited: no glibc"):
        flame.waited_seconds(without)


def test_stacks_alike_are_one_box(made_up):
    twice = (
        HeldStack(0, (MAIN,), 0.25, None, 1, 0.25, "f(1)"),
        HeldStack(0, (MAIN,), 0.5, None, 1, 0.5, "f(2)"),
    )

    found = flame.held_seconds(made_up([Hold(0, 0.75, 0)], stacks=twice))

    assert found == {("MainThread", MAIN): 0.75}


def test_what_rounds_to_nothing_has_no_line(made_up):
    short = made_up([Hold(0, 3e-7, 0)])

    assert flame.collapsed(flame.held_seconds(short)) == ""


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.integers(0, 2**31 - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_can_be_told_apart_from_the_format(made_up, thread, file, function, called, line):
    stack = HeldStack(0, (Frame(file, line, function),), 0.5, None, 1, 0.5, callable=called)
    named = made_up([Hold(0, 0.5, 0)], names=[thread], stacks=(stack,))

    text = flame.collapsed(flame.held_seconds(named))
    (path,) = read_collapsed(text.encode().decode())
    assert len(path) == 3
    assert text.isprintable() or text[:-1].isprintable()
    ((boxes, weight),) = read_speedscope(flame.speedscope(named))["held seconds"]
    assert (len(boxes), weight) == (3, 0.5)


def test_real_recording_is_as_wide_as_what_was_held_or_attached():
    with watch() as watched:
        hold_for(0.1)

    seconds = flame.held_seconds(watched.recording)

    threads = watched.recording.by_thread
    whole = sum(thread.held_seconds + (thread.attached_seconds or 0.0) for thread in threads)
    assert sum(seconds.values()) == pytest.approx(whole, rel=1e-6)


@pytest.fixture
def family(recording, made_up_process):
    """Return a recording of two processes, of which the second was kept waiting longer."""
    root = replace(recording, process=made_up_process(7, "python", "app.py"))
    child = replace(
        recording,
        process=made_up_process(8, "python", "-m", "work;er", end="killed"),
        wait_seconds=3.0,
    )
    return replace(root, children=(child,))


def test_collapsed_text_has_the_process_first(family, recording):
    alone = read_collapsed(flame.collapsed(flame.held_seconds(recording)))

    held = read_collapsed(flame.collapsed(flame.held_seconds(family)))
    assert held == {
        (process, *path): spent
        for process in ("7 app.py", "8 -m work:er, killed")
        for path, spent in alone.items()
    }
    waited = read_collapsed(flame.collapsed(flame.waited_seconds(family)))
    assert waited["7 app.py", "(no stack)"] == 500_000
    assert waited["8 -m work:er, killed", "(no stack)"] == 1_500_000


def test_speedscope_has_profiles_of_each_process_and_shows_the_most_costly(family):
    document = flame.speedscope(family)

    assert list(read_speedscope(document)) == [
        "7 app.py: held seconds", "7 app.py: waited seconds",
        "8 -m work;er, killed: held seconds", "8 -m work;er, killed: waited seconds",
    ]  # fmt: skip
    assert document["activeProfileIndex"] == 2


def test_waits_that_are_unknown_of_one_process_are_not_left_out(family):
    (child,) = family.children
    unknown = replace(child, wait_seconds=None, waits_unavailable_reason="they can't be read")

    with pytest.raises(ValueError, match="they can't be read"):
        flame.waited_seconds(replace(family, children=(unknown,)))


def test_without_a_gil_stacks_count_for_what_they_were_attached(without_gil):
    found = read_collapsed(flame.collapsed(flame.held_seconds(without_gil)))

    assert found == {
        ("worker", "crunch (/some/where/work.py:41)"): 750_000,
        ("MainThread", "(no stack)"): 250_000,
    }


def test_without_a_gil_stops_wait_for_stacks(without_gil):
    nobody = replace(without_gil.pauses[0], waited_for=(), stopping_seconds=0.03)
    recording = replace(without_gil, pauses=(*without_gil.pauses, nobody))

    assert read_collapsed(flame.collapsed(flame.waited_seconds(recording))) == {
        ("worker", "crunch (/some/where/work.py:41)", "zlib.compress"): 100_000,
        ("worker", "crunch (/some/where/work.py:41)"): 100_000,
        ("(no stack)",): 30_000,
    }


def test_speedscope_says_what_its_seconds_are(without_gil, recording):
    document = flame.speedscope(without_gil)
    assert list(read_speedscope(document)) == ["attached seconds", "waited seconds"]
    assert document["name"] == "the program"

    came_back = replace(
        recording, pauses=without_gil.pauses, pauses_seen=2, without_gil_seconds=0.5
    )
    document = flame.speedscope(came_back)
    found = read_speedscope(document)
    assert list(found) == ["held or attached seconds", "waited seconds"]
    assert sum(weight for _, weight in found["waited seconds"]) == pytest.approx(2.2)
    assert document["name"] == "the GIL"


def test_stops_that_could_not_be_seen_are_no_waits(without_gil):
    unseen = replace(without_gil, pauses=(), pauses_seen=None)

    assert list(read_speedscope(flame.speedscope(unseen))) == ["attached seconds"]
    with pytest.raises(ValueError, match="unknown for how long threads waited"):
        flame.waited_seconds(unseen)


def test_threads_that_a_stop_waited_for_share_its_time(without_gil):
    pause = without_gil.pauses[1]
    both = tuple(replace(one, seconds=0.05) for one in pause.waited_for)
    recording = replace(without_gil, pauses=(replace(pause, waited_for=both),))

    assert read_collapsed(flame.collapsed(flame.waited_seconds(recording))) == {
        ("worker", "crunch (/some/where/work.py:41)"): 50_000,
        ("MainThread", "(no stack)"): 50_000,
    }
