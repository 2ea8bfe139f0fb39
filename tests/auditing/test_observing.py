"""The GIL table of a library: its rows, what can't be checked, and the file that it is kept in."""

import json
import os
from dataclasses import replace

import pytest

from gilext.auditing.tables.cases import Case, Cases
from gilext.auditing.tables.gil_rows import row_of
from gilext.auditing.tables.gil_table import is_table, load_table
from gilext.auditing.tables.observing import observe, observe_cases
from gilext.checking.checkup import Checkup
from gilext.checking.terms import terms_of
from gilext.core.environment import info

TIMEOUT = 100.0


def case(call="f()", setup="", name=None, seconds=0.05, timeout=TIMEOUT, **parameters):
    return Case(name or call, call, setup, tuple(parameters.items()), seconds, timeout)


def checkup(verdict="holds", held=1.0, error=0.01, call=1e-3, longest=9e-4, **fields):
    known = {
        "function": "f",
        "reason": None,
        "attached_fraction": None,
        "attached_error": None,
        "stall_seconds": 2e-3,
        "median_stall_seconds": 1e-3,
        "calls": 100,
        "no_core_seconds": 0.0,
        "samples": 100,
        "requests": 5,
        "grants_per_call": None,
        "run_on_fraction": None,
        "gil_enabled": True,
    }
    measured = {
        "verdict": verdict,
        "held_fraction": held,
        "held_error": error,
        "call_seconds": call,
        "longest_hold_seconds": longest,
    }
    return Checkup(**known | measured | fields)


# -- rows of several checks -------------------------------------------------------------------


def test_figures_are_the_mean_and_the_error_is_that_of_the_checks_differences():
    row = row_of(case(), [checkup(held=held, error=0.01) for held in (0.90, 0.95, 1.0)])

    assert row.held_fraction == pytest.approx(0.95)
    assert row.held_error == pytest.approx(4.17 * 0.05 / 3**0.5, rel=0.01)
    assert row.kept_seconds == pytest.approx(0.95e-3)
    assert (row.calls, row.checks, row.call_seconds) == (300, 3, pytest.approx(1e-3))
    assert row.wait_seconds == pytest.approx(1e-3)


def test_checks_that_agree_have_the_error_of_each_divided():
    row = row_of(case(), [checkup(error=0.04)] * 4)

    assert row.held_error == pytest.approx(0.02)
    assert row.kept_seconds_error == pytest.approx(0.02e-3)


def test_one_check_says_nothing_of_how_checks_differ():
    row = row_of(case(), [checkup()])

    assert row.held_error == pytest.approx(0.01)
    assert (row.kept_seconds_error, row.longest_hold_error) == (None, None)


def test_what_a_call_waits_for_a_core_is_not_held():
    row = row_of(case(), [checkup(call=4e-3, no_core_seconds=3e-3), checkup(call=1e-3)])

    assert row.kept_seconds == pytest.approx(1e-3)
    assert row.no_core_fraction == 0.75


@pytest.mark.parametrize(
    ("verdicts", "verdict", "reason"),
    [
        (["holds", "holds"], "holds", None),
        (["not enough evidence", "releases"], "releases", None),
        (["not enough evidence"] * 2, "not enough evidence", "too short"),
        (
            ["holds", "shares", "holds"],
            "not enough evidence",
            "its checks differ: 2 of 'holds' and 1 of 'shares'",
        ),
    ],
    ids=["agree", "one has none", "none has one", "differ"],
)
def test_verdict_is_that_of_all_checks_that_have_one(verdicts, verdict, reason):
    checks = [
        checkup(one, reason="too short" if one == "not enough evidence" else None)
        for one in verdicts
    ]

    row = row_of(case(), checks)

    assert (row.verdict, row.reason, row.is_judged) == (verdict, reason, reason is None)


def test_hold_that_no_two_samples_saw_is_unknown():
    row = row_of(case(), [checkup("releases", held=0.01, longest=0.0)] * 3)

    assert (row.longest_hold_seconds, row.longest_hold_error) == (None, None)


def test_case_that_failed_is_a_row_without_figures():
    row = row_of(case(size=5), [checkup()], error="the call raised ValueError")

    assert (row.verdict, row.why, str(row)) == (None, "the call raised ValueError", "f(), 5")
    assert row.kept == (None, None)


def test_without_a_gil_a_row_is_judged_by_being_attached(made_up_table):
    fields = {"attached_fraction": 0.5, "attached_error": 0.1, "gil_enabled": False}
    row = row_of(case(), [checkup("stays attached", None, None, **fields)] * 3)

    assert row.kept[0] == 0.5
    assert "attached per call" in " ".join(str(made_up_table(rows=(row,))).split())


# -- real calls --------------------------------------------------------------------------------


def test_functions_are_checked_in_processes_of_their_own():
    setup = f"import os, gilext; assert os.getpid() != {os.getpid()}"
    terms = terms_of(info().gil_enabled)
    rows = [
        case(f"gilext.{name}_for(size / 1e6)", setup, name, size=3000)
        for name in ("hold", "release")
    ]
    for _ in range(20):  # too little evidence on a busy machine is no failure
        table = observe_cases(Cases((), tuple(rows)), checks=2)
        if all(row.is_judged for row in table.rows):
            break

    assert [row.verdict for row in table.rows] == [terms.keeping, terms.freeing], str(table)
    assert [row.checks for row in table.rows] == [2, 2]
    assert table.environment.gil_enabled == info().gil_enabled


def test_checks_of_one_case_do_not_follow_each_other():
    told = []
    rows = (case("len(())", name="a", seconds=1e-3), case("len(())", name="b", seconds=1e-3))

    observe_cases(Cases((), rows), checks=2, progress=lambda *one: told.append(one))

    assert told == [(done, 4, "ab"[done % 2]) for done in range(4)]


@pytest.mark.parametrize(
    ("call", "setup", "said"),
    [
        ("f()", "def f(): raise ValueError('mine')", "the call raised ValueError: mine"),
        ("1", "import sys; sys.exit(3)", "the setup raised SystemExit: 3"),
        ("1", "import no_such_module", "the setup raised ModuleNotFoundError: No module named"),
        ("os.abort()", "import os", "it ended the process with SIGABRT"),
        ("os._exit(0)", "import os", "it ended the process with exit code 0"),
    ],
    ids=["raises", "exits", "isn't there", "crashes", "ends"],
)
def test_case_that_fails_is_a_row_that_says_how(call, setup, said):
    (row,) = observe(call, setup, seconds=0.01, checks=2).rows

    assert (row.verdict, row.error[: len(said)]) == (None, said)


def test_case_that_hangs_is_a_row_that_says_so():
    (row,) = observe("time.sleep(1000)", "import time", seconds=0.01, timeout=1.0).rows

    assert (row.verdict, row.error) == (None, "it wasn't done after 1 s")


@pytest.mark.forks
def test_fork_of_a_call_says_nothing_for_it():
    (row,) = observe("os.fork()", "import os", seconds=0.01, checks=1).rows

    assert (row.error, row.gil_enabled) == (None, info().gil_enabled)


def test_a_failure_is_not_tried_again():
    told = []
    observe("1 / 0", seconds=0.01, checks=3, progress=lambda *one: told.append(one))

    assert told == [(0, 3, "1 / 0")]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("f(",), ValueError, "not Python code"),
        (("f()", "x ="), ValueError, "not Python code"),
        (("",), ValueError, "nothing to call"),
    ],
    ids=["call", "setup", "nothing"],
)
def test_what_is_no_code_is_refused_at_once(arguments, error, said):
    with pytest.raises(error, match=said):
        observe(*arguments)


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"timeout": 0}, {"checks": 0}])
def test_wrong_numbers_are_refused(wrong):
    with pytest.raises(ValueError, match=f"argument '{next(iter(wrong))}'"):
        observe("1", **wrong)


# -- what the table says -------------------------------------------------------------------------


@pytest.fixture
def table(made_up_table):
    """Make a table up with a row that couldn't be checked."""
    crash = row_of(case(name="crash", size=10), [], error="it ended the process with SIGSEGV")
    known = made_up_table({"function": "sort|all*", "size": "1000000"})
    return replace(known, rows=(*known.rows, crash))


def test_report_has_a_row_for_each_and_says_what_has_no_verdict(table):
    text = " ".join(str(table).split())

    assert "lib 1.0; of 2 rows: holds 1, can't be checked 1" in text
    assert "sort|all* 1,000,000 holds 100.0% ± 2.0% 1 ms 1 ms" in text
    assert "crash 10 it ended the process with SIGSEGV" in text


def test_time_that_no_sample_saw_is_under_its_error_and_not_zero(made_up_table):
    never = {"held": 0.0, "verdict": "releases"}
    bounded, unbounded = (
        " ".join(str(made_up_table(never | {"kept_seconds_error": error})).split())
        for error in (2e-6, None)
    )

    assert "0.0% ± 2.0% under 2 µs" in bounded
    assert "0.0% ± 2.0% - " in unbounded


def test_busy_machine_is_said(table, made_up_table):
    busy = str(made_up_table({"no_core_fraction": 0.75}))

    assert "The machine was busy: in 1 row, a call had no core for up to 75%" in " ".join(
        busy.split()
    )
    assert "busy" not in str(table)


def test_markdown_has_the_table_and_escapes_what_is_special(table):
    lines = table.markdown().splitlines()

    assert lines[0] == "**lib 1.0; of 2 rows: holds 1, can't be checked 1**"
    assert lines[4:7] == [
        "| function | size | verdict | held | held per call | longest hold seen |",
        "| :-- | --: | :-- | --: | --: | --: |",
        r"| sort\|all\* | 1,000,000 | holds | 100.0% ± 2.0% | 1 ms | 1 ms |",
    ]


# -- files ------------------------------------------------------------------------------------


def test_table_is_read_back_as_it_was(table, tmp_path):
    table.save(tmp_path / "t.json")

    assert load_table(tmp_path / "t.json") == table
    assert is_table(tmp_path / "t.json")


def test_table_is_saved_as_markdown(table, tmp_path):
    table.save(tmp_path / "t.md")

    assert (tmp_path / "t.md").read_text(encoding="utf-8") == table.markdown()


def test_other_suffixes_are_refused(table, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.json or \.md, not 't.txt'"):
        table.save(tmp_path / "t.txt")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: [], "its 'format' must be 'gilext GIL table'"),
        (lambda d: d | {"format": "x"}, "its 'format' must be"),
        (lambda d: d | {"format_version": 2}, "its 'format_version' is 2, and this gilext knows 1"),
        (lambda d: d | {"format_version": True}, "its 'format_version' is True"),
        (lambda d: d | {"rows": d["rows"] * 2}, "there are two rows of 'sort|all*, 1000000'"),
        (lambda d: d | {"more": 1}, "there is a field 'more', which is unknown"),
        (lambda d: {k: v for k, v in d.items() if k != "date"}, "there is no field 'date'"),
        (lambda d: d | {"rows": [d["rows"][0] | {"verdict": "good"}]}, "verdict must be one of"),
        (lambda d: d | {"rows": [d["rows"][0] | {"calls": None}]}, "calls must be an integer"),
    ],
    ids=[
        "no object",
        "other format",
        "other version",
        "no number",
        "twice",
        "more",
        "less",
        "verdict",
        "calls",
    ],
)
def test_wrong_file_is_refused_with_its_place(table, tmp_path, change, said):
    file = tmp_path / "t.json"
    file.write_text(json.dumps(change(table.to_dict())))

    with pytest.raises(ValueError) as caught:
        load_table(file)

    assert str(caught.value).startswith(f"'{file}' is no GIL table of gilext: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[NaN]", b"[" * 100_000],
    ids=["empty", "torn", "bytes", "nan", "deep"],
)
def test_what_is_no_json_is_refused(tmp_path, content):
    (tmp_path / "t.json").write_bytes(content)

    with pytest.raises(ValueError, match="is no GIL table of gilext"):
        load_table(tmp_path / "t.json")
    assert not is_table(tmp_path / "t.json")


def test_folder_is_no_table(tmp_path):
    assert not is_table(tmp_path)
