"""Recordings of several processes: what they keep, read back, and what is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gilext import load_recording
from gilext.recording.holds import Hold
from gilext.recording.loading import recording_of
from gilext.recording.processes import ENDS, ORIGINS, Process

PROCESSES = st.builds(
    Process,
    pid=st.integers(0, 1 << 31),
    parent_pid=st.integers(0, 1 << 31),
    command=st.lists(st.text(), max_size=4).map(tuple),
    start_ns=st.integers(0, 1 << 50),
    origin=st.sampled_from(ORIGINS),
    end=st.sampled_from(ENDS),
)
REASONS = st.none() | st.text(min_size=1)


@pytest.fixture
def family(made_up, made_up_process):
    child = made_up(
        [Hold(0.1, 0.2, 0)],
        process=made_up_process(
            101, start_seconds=0.5, origin="fork", end="killed", parent_pid=100
        ),
        incomplete_reason="the process was killed",
    )
    return made_up([Hold(0.3, 0.1, 0)], process=made_up_process(), children=(child,))


def said_of(recording):
    """Return what a recording's file says."""
    return json.loads(json.dumps(recording.to_dict()))


def test_children_are_read_back_as_they_were(family, tmp_path):
    family.save(tmp_path / "x.json")

    again = load_recording(tmp_path / "x.json")

    assert again == family
    assert again.children[0].holds == family.children[0].holds


@given(
    processes=st.lists(PROCESSES, min_size=1, max_size=4),
    incomplete=REASONS,
    unavailable=REASONS,
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_processes_make_the_round_trip(made_up, processes, incomplete, unavailable):
    root, *others = (made_up([Hold(0.0, 0.1, 0)], process=process) for process in processes)
    whole = replace(
        root,
        children=tuple(replace(other, incomplete_reason=incomplete) for other in others),
        children_unavailable_reason=unavailable,
    )

    assert recording_of(said_of(whole)) == whole


def test_file_from_before_processes_were_kept_has_none(family):
    said = said_of(family)
    for name in ("process", "children", "incomplete_reason", "children_unavailable_reason"):
        del said[name]

    older = recording_of(said)

    assert (older.process, older.children, older.incomplete_reason) == (None, (), None)


FAULTS = {
    "children of a child": (
        lambda said: said["children"][0].update(children=[said_of_child(said)]),
        r"children\[0\] must have no children of its own",
    ),
    "a child without a process": (
        lambda said: said["children"][0].update(process=None),
        r"children\[0\] must have a process",
    ),
    "a parent without a process": (
        lambda said: said.update(process=None),
        "a recording that has children must have a process",
    ),
    "no array": (lambda said: said.update(children={}), "children must be an array"),
    "no recording": (lambda said: said.update(children=[1]), r"children\[0\]: all of it must be"),
    "a fault in a child": (
        lambda said: said["children"][0].pop("samples"),
        r"children\[0\]: there is no field 'samples'",
    ),
    "an unknown end": (
        lambda said: said["process"].update(end="gone"),
        "process.origin or process.end",
    ),
    "a time before all clocks": (
        lambda said: said["process"].update(start_ns=-1),
        "process.start_ns must be 0 to",
    ),
}


def said_of_child(said):
    return dict(said["children"][0])


@pytest.mark.parametrize("fault", FAULTS)
def test_processes_that_cannot_be_are_refused(family, fault):
    spoil, error = FAULTS[fault]
    said = said_of(family)
    spoil(said)

    with pytest.raises(ValueError, match=error):
        recording_of(said)
