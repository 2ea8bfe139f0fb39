"""Two recordings against each other: what is called a difference, and what isn't."""

import json
from dataclasses import replace

import pytest

from gilext.core.environment import info
from gilext.recording.changes import Figure, change_of
from gilext.recording.diff import diff
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack, Stall, ThreadTime

DUMPS = Frame("/srv/orders.py", 41, "rows")
MAIN = Frame("/srv/main.py", 7, "main")


def stack(frame, held, waited, holds=100, expression=None):
    return HeldStack(0, (frame,), held, waited, holds, 0.01, expression)


@pytest.fixture
def recorded(made_up):
    """Make up a recording of ten seconds by what was waited, and by its stacks."""

    def record(pressure=0.2, wait_seconds=3.0, stacks=(), held=0.4, **fields):
        threads = (
            ThreadTime("main", 1, 1, 10 * held, 0.1, 50, 0.5, 0.020),
            ThreadTime("io", 2, 2, 0.0, 0.0, 0, (wait_seconds or 0.0) - 0.5, 0.040),
        )
        known = {
            "seconds": 10.0,
            "held_fraction": held,
            "pressure": pressure,
            "pressure_error": 0.01,
            "wait_seconds": wait_seconds,
            "wait_error": 0.1,
            "by_thread": threads,
            "stacks": stacks,
        }
        return made_up(**known | fields)

    return record


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Figure(0.2, 0.03), Figure(0.26, 0.04), "worse"),
        (Figure(0.2, 0.03), Figure(0.14, 0.04), "better"),
        (Figure(0.2, 0.03), Figure(0.24, 0.04), "no difference"),
        (Figure(0.2, 0.03), Figure(0.16, 0.04), "no difference"),
        (Figure(0.2, 0.0), Figure(0.2, 0.0), "no difference"),
        (Figure(0.2, None), Figure(0.9, 0.04), None),
        (Figure(None), Figure(0.9, 0.04), None),
    ],
)
def test_change_is_one_if_it_exceeds_the_errors_of_both(before, after, verdict):
    change = change_of(before, after)

    assert change.verdict == verdict
    assert (change.difference is None) is (before.value is None)


def test_figures_are_per_second_of_each_recording(recorded):
    before, after = recorded(), recorded(seconds=20.0, wait_seconds=12.0)

    found = diff(before, after)

    assert (found.waits.before, found.waits.after) == (0.3, 0.6)
    assert found.waits.error == pytest.approx((0.01**2 + 0.005**2) ** 0.5)
    assert found.waits.verdict == "worse"
    assert found.pressure.verdict == found.held_fraction.verdict == "no difference"


def test_longest_wait_has_no_verdict(recorded):
    before = recorded()
    longer = replace(before.by_thread[1], longest_wait_seconds=9.0)

    change = diff(before, replace(before, by_thread=(longer,))).longest_wait_seconds

    assert (change.before, change.after, change.verdict) == (0.040, 9.0, None)


@pytest.mark.parametrize(("count", "verdict"), [(2, "no difference"), (40, "worse")])
def test_few_stalls_more_are_chance_and_many_are_not(recorded, count, verdict):
    stalls = tuple(Stall(Hold(0.2 * i, 0.1, 0), ()) for i in range(count))

    change = diff(recorded(), recorded(stalls=stalls)).stalls_per_second

    assert (change.after, change.verdict) == (count / 10, verdict)


def test_stalls_count_for_as_long_as_they_were_kept(recorded):
    stalls = (Stall(Hold(0.2, 0.1, 0), ()), Stall(Hold(0.5, 0.1, 0), ()))

    change = diff(recorded(), recorded(stalls=stalls, stalls_truncated_at_seconds=1.0))

    assert change.stalls_per_second.after == 2.0


def test_stalls_of_different_kinds_are_not_compared(recorded):
    for other in ({"stall_threshold_seconds": 0.1}, {"waits_unavailable_reason": "no glibc"}):
        found = diff(recorded(), recorded(**other))

        assert found.stalls_per_second.difference is None
        assert "Stalls can't be compared: they were looked for in different ways." in found.notes


def test_unknown_waits_are_unknown_and_not_zero(recorded):
    before = recorded(None, None, waits_unavailable_reason="no glibc")
    before = replace(before, by_thread=(replace(before.by_thread[0], waited_seconds=None),))

    found = diff(before, recorded(stacks=(stack(DUMPS, 1.0, 2.0),)))

    assert (found.pressure.before, found.pressure.verdict) == (None, None)
    assert found.lines[0].caused_waits.before is None
    assert [one.waits.before for one in found.threads if one.name == "main"] == [None]
    assert "Waits before are unknown: no glibc." in found.notes
    assert "the GIL was held" in found.report().title


def test_line_that_moved_is_the_same_line(recorded):
    moved = replace(DUMPS, line=57)
    other = replace(DUMPS, line=41)

    found = diff(
        recorded(stacks=(stack(DUMPS, 1.0, 2.0, expression="json.dumps(rows)"),)),
        recorded(
            stacks=(
                stack(other, 0.5, 0.0, expression="check(rows)"),
                stack(moved, 2.0, 4.0, expression="json.dumps(rows)"),
            )
        ),
    )

    first, second = found.lines
    assert (first.frame, first.held_fraction.before, first.held_fraction.after) == (moved, 0.1, 0.2)
    assert (second.frame, second.held_fraction.before) == (other, 0.0)
    assert first.caused_waits.verdict == "worse"


def test_only_line_of_a_function_is_the_same_wherever_it_is(recorded):
    moved = replace(DUMPS, line=57)

    (line,) = diff(
        recorded(stacks=(stack(DUMPS, 1.0, 1.0),)), recorded(stacks=(stack(moved, 1.0, 1.0),))
    ).lines

    assert (line.frame, line.held_fraction.difference) == (moved, 0.0)


def test_lines_of_different_functions_are_different(recorded):
    found = diff(
        recorded(stacks=(stack(DUMPS, 1.0, 1.0),)), recorded(stacks=(stack(MAIN, 1.0, 1.0),))
    )

    assert {one.frame: one.caused_waits.verdict for one in found.lines} == {
        DUMPS: "better",
        MAIN: "worse",
    }


@pytest.mark.parametrize(("holds", "verdict"), [(2, "no difference"), (200, "worse")])
def test_line_seen_in_few_holds_of_many_has_a_large_error(recorded, holds, verdict):
    seen, other = stack(DUMPS, 1.0, 1.0, holds), stack(MAIN, 3.0, 3.0, 2 * holds)

    found = diff(recorded(stacks=(other,)), recorded(stacks=(seen, other))).lines

    changes = {line.frame: line for line in found}
    assert changes[DUMPS].held_fraction.after == 0.1
    assert changes[DUMPS].held_fraction.verdict == changes[DUMPS].caused_waits.verdict == verdict


def test_only_line_has_the_error_of_what_was_held(recorded):
    (line,) = diff(recorded(), recorded(stacks=(stack(DUMPS, 1.0, 2.0, holds=1),))).lines

    assert line.held_fraction.error == pytest.approx(2**0.5 * 0.01)
    assert line.caused_waits.error == pytest.approx(2**0.5 * 0.01)


def test_lines_are_left_out_if_one_recording_has_none(recorded):
    found = diff(
        recorded(lines_unavailable_reason="the frames are unknown"),
        recorded(stacks=(stack(DUMPS, 1.0, 2.0),)),
    )

    assert found.lines == ()
    assert "Lines before are unknown: the frames are unknown." in found.notes


def test_threads_are_the_same_by_name_and_one_that_is_new_had_nothing(recorded):
    before = recorded()
    main, io = before.by_thread
    late = replace(io, name="late", waited_seconds=4.0)

    found = diff(before, replace(before, by_thread=(main, io, io, late)))

    changes = {one.name: (one.waits.before, one.waits.after) for one in found.threads}
    assert changes == {"late": (0.0, 0.4), "io": (0.25, 0.5), "main": (0.05, 0.05)}
    assert [one.name for one in found.threads] == ["late", "io", "main"]


@pytest.mark.parametrize(
    ("after", "points", "worse"),
    [
        ({"pressure": 0.2}, 0, ()),
        ({"pressure": 0.2 + 0.0141}, 0, ()),
        ({"pressure": 0.2 + 0.0143}, 0, ("pressure",)),
        ({"pressure": 0.2 + 0.0143}, 1, ()),
        ({"pressure": 0.5, "held": 0.8}, 25, ("held fraction", "pressure")),
        ({"pressure": None, "held": 0.8}, 25, ("held fraction",)),
        ({"pressure": 0.1, "held": 0.1}, 0, ()),
    ],
)
def test_worse_by_takes_the_error_off(recorded, after, points, worse):
    assert diff(recorded(), recorded(**after)).worse_by(points) == worse


@pytest.mark.parametrize(
    ("after", "title"),
    [
        (
            {"pressure": 0.5},
            "worse: at least one thread waited for 50.0% of the time, before 20.0%",
        ),
        (
            {"pressure": 0.1},
            "better: at least one thread waited for 10.0% of the time, before 20.0%",
        ),
        ({"held": 0.8}, "worse: the GIL was held for 80.0% of the time, before 40.0%"),
        ({"held": 0.8, "pressure": 0.1}, "worse: the GIL was held for 80.0% of the time"),
        ({}, "no difference beyond the error: at least one thread waited for 20.0% of the"),
        ({"pressure": None, "held_fraction": None}, "nothing can be compared"),
    ],
)
def test_report_says_first_what_changed(recorded, after, title):
    assert diff(recorded(), recorded(**after)).report().title.startswith(title)


def test_report_names_the_line_that_changed_most(recorded):
    found = diff(recorded(), recorded(0.5, 6.0, stacks=(stack(DUMPS, 2.0, 3.0),)))

    assert found.report().title.endswith("20.0%; /srv/orders.py:41 rows changed most")


def test_report_fits_80_columns_and_has_every_figure(recorded):
    found = diff(
        recorded(stacks=(stack(DUMPS, 1.0, 2.0), stack(MAIN, 0.5, 0.5))),
        recorded(0.6, 9.0, (stack(DUMPS, 2.0, 8.0), stack(MAIN, 0.5, 0.5))),
    )

    text = str(found)

    assert max(map(len, text.splitlines())) <= 80
    for figure in ("60.0%", "0.300", "0.900", "40.0 ms", "/srv/orders.py:41 rows", "0.800"):
        assert figure in text


def test_more_lines_than_fit_are_counted(recorded):
    many = tuple(stack(replace(MAIN, function=f"f{i}"), 0.1, 0.1) for i in range(13))

    assert "… and 3 more lines" in str(diff(recorded(), recorded(stacks=many)))


def test_report_without_a_difference_has_no_column_for_verdicts(recorded):
    same = recorded(stacks=(stack(DUMPS, 1.0, 2.0),))

    *_, lines, threads = diff(same, same).report().tables

    assert len(lines.columns) == len(threads.columns) == 5
    assert {len(row) for row in lines.rows + threads.rows} == {5}


def test_another_interpreter_is_said(recorded):
    older = replace(info(), python_version="3.8.0")

    assert any("3.8.0" in note for note in diff(recorded(environment=older), recorded()).notes)


def test_diff_is_json(recorded):
    found = diff(recorded(), recorded(0.5))

    said = json.loads(json.dumps(found.to_dict()))

    assert said["pressure"]["verdict"] == "worse"
    assert said["before_seconds"] == 10.0
