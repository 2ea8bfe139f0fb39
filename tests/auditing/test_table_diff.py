"""Two GIL tables against each other: what is worse beyond doubt, and what isn't known."""

from dataclasses import replace

import pytest

from gilext.auditing.tables.table_diff import diff_tables

RELEASES = {"verdict": "releases", "held": 0.05}
SHARES = {"verdict": "shares"}
HOLDS = {"verdict": "holds"}
UNSEEN = {"verdict": "not enough evidence", "reason": "too few", "held": 0.4, "off": 0.4}
KEEPS = {"verdict": "not enough evidence", "reason": "too short to tell"}
SHORT = KEEPS | {"call": 1e-6}
FAILED = {"verdict": None, "held": None, "error": "it crashed"}
BARELY = {"verdict": "releases", "held": 0.49}
HARDLY = {"verdict": "holds", "held": 0.51}


@pytest.fixture
def diff(made_up_table):
    """Compare two tables of one row each."""

    def compare(before, after):
        (change,) = diff_tables(made_up_table(before), made_up_table(after)).rows
        return change

    return compare


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reason"),
    [
        (RELEASES, HOLDS, "worse", None),
        (RELEASES, SHARES, "worse", None),
        (SHARES, HOLDS, "worse", None),
        (HOLDS, RELEASES, "better", None),
        (HOLDS, SHARES, "better", None),
        (HOLDS, HOLDS, "same", None),
        (RELEASES, KEEPS, "worse", "held 100% of its time, before 5%"),
        (KEEPS, RELEASES, "better", "held 5% of its time, before 100%"),
        (KEEPS, HOLDS, None, "before: too short to tell"),
        (SHARES, KEEPS, None, "after: too short to tell"),
        (RELEASES, SHORT, None, "after: too short to tell"),
        (RELEASES, UNSEEN, None, "after: too few"),
        (HOLDS, UNSEEN, None, "after: too few"),
        (UNSEEN, UNSEEN, None, "before: too few"),
        (BARELY, HARDLY, None, "the verdicts differ, but the held fractions don't"),
        (HARDLY, BARELY, None, "the verdicts differ, but the held fractions don't"),
        (HOLDS, FAILED, "worse", "it can't be checked any more: it crashed"),
        (FAILED, HOLDS, "better", None),
        (FAILED, FAILED, None, "before: it crashed"),
        (UNSEEN, FAILED, None, "before: too few"),
        (FAILED, UNSEEN, None, "before: it crashed"),
    ],
    ids=lambda value: str(value["verdict"]) if isinstance(value, dict) else None,
)
def test_verdict_is_worse_or_better_beyond_doubt_or_unknown(diff, before, after, verdict, reason):
    change = diff(before, after)

    assert change.verdict == verdict
    assert (change.reason or "").startswith(reason or "")
    assert (change.reason is None) is (reason is None)


def test_same_words_of_both_kinds_of_interpreter_are_not_compared(diff):
    attached = {"attached_fraction": 1.0, "attached_error": 0.01, "gil_enabled": False}

    change = diff(HOLDS, {"verdict": "stays attached", "held": None} | attached)

    assert (change.verdict, change.reason) == (None, "there was a GIL in one of them alone")


def test_without_a_gil_what_detached_and_stays_attached_is_worse(diff):
    def row(verdict, fraction):
        fields = {"attached_fraction": fraction, "attached_error": 0.02, "gil_enabled": False}
        return {"verdict": verdict, "held": None} | fields

    assert diff(row("detaches", 0.1), row("stays attached", 1.0)).verdict == "worse"


@pytest.mark.parametrize(("call", "verdict"), [(1.05e-3, "no difference"), (2e-3, "worse")])
def test_times_have_grown_if_that_exceeds_their_errors(diff, call, verdict):
    change = diff(HOLDS, HOLDS | {"call": call})

    assert (change.kept_seconds.verdict, change.longest_hold_seconds.verdict) == (
        verdict,
        "worse" if call > 1.5e-3 else "no difference",
    )
    assert change.verdict == "same"


def test_longest_hold_of_a_busy_machine_has_no_verdict(diff):
    change = diff(HOLDS, HOLDS | {"call": 9e-3, "no_core_fraction": 0.5})

    assert change.longest_hold_seconds.verdict is None
    assert change.kept_seconds.verdict == "worse"


def test_more_figures_widen_the_errors(made_up_table):
    def errors(rows):
        one, other = made_up_table(*rows), made_up_table(*rows)
        return [row.kept_fraction.error for row in diff_tables(one, other).rows]

    few = errors([{"function": "f"}])
    many = errors([{"function": f"f{number}"} for number in range(100)])

    assert few[0] == pytest.approx(0.02 * 2**0.5 * 2.394 / 1.960, rel=1e-3)
    assert many[0] == pytest.approx(0.02 * 2**0.5 * 3.765 / 1.960, rel=1e-3)


def test_rows_are_paired_by_function_and_size_and_others_are_named(made_up_table):
    before = made_up_table({"size": "1"}, {"size": "2"}, {"function": "old"})
    after = made_up_table({"function": "new"}, {"size": "2"}, {"size": "1"})

    found = diff_tables(before, after)

    assert [row.size for row in found.rows] == ["2", "1"]
    assert (found.added, found.gone) == (("new",), ("old",))
    assert "added new gone old" in " ".join(
        word for word in str(found).split() if not word.startswith("─")
    )


def test_report_has_what_changed_and_what_is_not_judged(made_up_table):
    before = made_up_table(
        {"function": "sort", "size": "1000"} | RELEASES,
        {"function": "find"} | HOLDS,
        {"function": "hash"} | KEEPS,
    )
    after = made_up_table(
        {"function": "sort", "size": "1000"} | HOLDS,
        {"function": "find"} | HOLDS,
        {"function": "hash"} | KEEPS,
    )

    text = " ".join(str(diff_tables(before, after)).split())

    assert text.startswith("of the verdicts of 3 rows, worse: 1, same: 1, unknown: 1 ")
    assert "sort 1,000 releases holds 5.0% 100.0% worse" in text
    assert "hash before: too short to tell" in text
    assert "sort 1,000 per call 50 µs 1 ms" in text
    assert "find per call" not in text


def test_tables_without_a_row_in_common_can_not_be_compared(made_up_table):
    found = diff_tables(made_up_table({"function": "f"}), made_up_table({"function": "g"}))

    assert str(found).startswith("nothing can be compared: no function and size is in both")


def test_other_versions_and_interpreters_are_said(made_up_table):
    before = made_up_table({}, packages=())
    after = made_up_table({})
    before = replace(before, environment=replace(before.environment, python_version="3.9.1"))

    notes = diff_tables(before, after).notes

    assert notes[0] == "Before: no package named; after: lib 1.0."
    assert "another interpreter or machine: CPython 3.9.1" in notes[1]
    assert len(diff_tables(after, after).notes) == 1
