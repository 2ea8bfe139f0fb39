"""compare(): what it runs, in which order, and what it makes of the figures."""

import json
from dataclasses import replace

import pytest

import gilext
from gilext.comparison import comparing as comparison
from gilext.comparison import crews as crew
from gilext.comparison.comparing import Row, compare, verdict_of
from gilext.comparison.crews import Crew
from gilext.comparison.timing import CallTiming, RunTiming, Workload
from gilext.comparison.ways import DEFAULT_WAYS, WAYS, Way
from gilext.loops.catalogue import LOOPS, loop


@pytest.fixture(scope="module")
def quick():
    return compare(seconds=0.002, rounds=2, workers=2)


def test_rows_start_with_the_baseline_and_end_with_the_machines_limit(quick):
    skipped = {reason.partition(":")[0] for reason in quick.skipped}
    expected = [name for name in DEFAULT_WAYS if WAYS[name].title not in skipped]

    assert [row.way for row in quick.rows] == ["one", *expected, "limit"]


def test_baseline_has_speedup_one_by_definition(quick):
    row = quick.row("one")

    assert (row.workers, row.speedup, row.speedup_low, row.speedup_high) == (1, 1.0, 1.0, 1.0)


def test_limit_is_all_of_the_limit_by_definition(quick):
    assert quick.row("limit").limit_share == 1.0


def test_row_has_a_wall_time_of_every_round_and_a_spread_around_the_speedup(quick):
    for row in quick.rows:
        assert len(row.wall_seconds_by_round) == quick.rounds
        assert row.speedup_low <= row.speedup <= row.speedup_high


def test_row_of_a_way_that_was_not_run_is_a_key_error(quick):
    with pytest.raises(KeyError):
        quick.row("cffi_abi")


def test_result_is_json_with_all_fields(quick):
    data = json.loads(json.dumps(quick.to_dict()))

    assert data["rows"][0]["way"] == "one"
    assert data["environment"]["gilext_version"] == gilext.__version__
    assert data["verdict"] == quick.verdict


@pytest.mark.parametrize("name", LOOPS)
def test_every_loop_can_be_compared(name):
    result = compare(name, ways=["held", "released"], seconds=0.001, rounds=1)

    assert result.loop == name
    assert [row.way for row in result.rows] == ["one", "held", "released", "limit"]


def test_ways_can_be_chosen_and_python_gets_a_size_of_its_own():
    result = compare(ways=["cffi_abi", "python"], seconds=0.001, rounds=1)

    assert [row.way for row in result.rows] == ["one", "python", "cffi_abi", "limit"]
    assert 0 < result.python_size < result.size


def test_progress_counts_every_run_once():
    seen = []

    compare(ways=["python"], seconds=0.001, rounds=3, progress=lambda *call: seen.append(call))

    runs_a_round = 4  # the baseline, pure Python alone and in threads, the limit
    assert [done for done, _, _ in seen] == list(range(3 * runs_a_round + 1))
    assert {total for _, total, _ in seen} == {3 * runs_a_round}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"loop": "sort"}, ValueError, "no loop named 'sort'"),
        ({"ways": ["rust"]}, ValueError, "'ways': there is no 'rust'"),
        ({"ways": "held"}, TypeError, "'ways' must be an iterable of names"),
        ({"ways": 5}, TypeError, "'ways' must be an iterable of names, not one int"),
        ({"ways": [["held"]]}, TypeError, "'ways' must be an iterable of names, but has"),
        ({"loop": []}, TypeError, "the name of a loop must be str, not list"),
        ({"workers": 0}, ValueError, "'workers' must be at least 1"),
        ({"workers": 1.5}, TypeError, "'workers' must be an integer"),
        ({"rounds": 0}, ValueError, "'rounds' must be at least 1"),
        ({"seconds": 0}, ValueError, "'seconds' must be above 0"),
        ({"seconds": float("nan")}, ValueError, "'seconds' must be above 0"),
        ({"seconds": float("inf")}, ValueError, "'seconds' must be above 0"),
        ({"seconds": "x"}, TypeError, "'seconds' must be a real number"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_bad_argument_is_named_before_anything_runs(arguments, error, message):
    with pytest.raises(error, match=message):
        compare(**arguments)


@pytest.mark.parametrize(
    ("usable", "expected"), [(0.5, 2), (1.0, 2), (2.0, 2), (3.5, 3), (64.0, 4)]
)
def test_default_crew_has_two_to_four_workers(monkeypatch, usable, expected):
    here = replace(gilext.info(), usable_cores=usable)
    monkeypatch.setattr(comparison, "info", lambda: here)

    assert compare(ways=[], seconds=0.001, rounds=1).workers == expected


def test_every_other_round_runs_backwards(monkeypatch):
    order = []

    class Recorded(Crew):
        def run(self, work):
            return RunTiming(1.0, 1.0, ())

    monkeypatch.setattr(
        comparison,
        "WAYS",
        {name: Way(name, name, lambda _, workers: Recorded(workers)) for name in "abc"},
    )

    compare(ways=["a", "b", "c"], seconds=0.001, rounds=3, progress=lambda *c: order.append(c[2]))

    there = ["one worker", "a", "b", "c", "plain OS threads"]
    assert order == [*there, *there[::-1], *there, ""]


def test_work_is_sized_to_the_time_that_a_call_takes(monkeypatch):
    def three_nanoseconds_each(call, size):
        return CallTiming(0, 3 * size, 0, 0)

    monkeypatch.setattr(crew, "time_call", three_nanoseconds_each)

    assert crew.workload(loop("spin").argument, loop("spin").held, 0.3) == Workload(10**8, 10**8)


def row(way, speedup, limit=2.0, workers=2):
    return Row(way, way, workers, 0.1, 0.2, speedup, speedup, speedup, speedup / limit, (0.1,))


SAYS = "hardly more than one thread"


@pytest.mark.parametrize(
    ("rows", "gil", "conclusion"),
    [
        ([row("held", 1.0), row("released", 1.98), row("limit", 2.0)], True, "only when it rel"),
        ([row("held", 1.9), row("released", 1.98), row("limit", 2.0)], True, "too noisy"),
        ([row("held", 1.0), row("released", 1.1), row("limit", 2.0)], True, "too noisy"),
        (
            [row("held", 1.9), row("released", 1.98), row("limit", 2.0)],
            False,
            "both run on several",
        ),
        ([row("held", 1.0), row("released", 1.98), row("limit", 2.0)], False, "too noisy"),
        ([row("held", 1.9), row("released", 1.1), row("limit", 2.0)], False, "too noisy"),
        ([row("held", 1.0), row("released", 1.0), row("limit", 1.0)], True, SAYS),
        ([row("held", 1.0), row("released", 1.0), row("limit", 1.0)], False, SAYS),
        ([row("released", 1.98), row("limit", 2.0)], True, "see what the GIL does"),
        ([row("released", 1.98), row("limit", 2.0)], False, "see what detaching does"),
        ([row("limit", 2.0)], True, "run both variants"),
        ([row("held", 1.0), row("limit", 1.0, workers=1)], True, "one worker can't"),
    ],
)
def test_verdict_follows_from_the_rows(rows, gil, conclusion):
    assert conclusion in verdict_of(rows, gil)


def test_verdict_has_the_figures_in_it():
    verdict = verdict_of([row("held", 1.01), row("released", 1.98), row("limit", 2.0)], True)

    assert all(figure in verdict for figure in ("2.00", "1.98", "99%", "1.01"))
    assert verdict.endswith(".")


def test_verdict_without_a_gil_says_attached_and_detached():
    verdict = verdict_of([row("held", 1.97), row("released", 1.98), row("limit", 2.0)], False)

    assert "1.98 times detached (99% of that limit) and 1.97 times attached" in verdict
    assert "held" not in verdict
    assert "released" not in verdict


@pytest.mark.parametrize("gil_enabled", [True, False])
def test_report_says_what_held_means_without_a_gil(quick, gil_enabled):
    environment = replace(quick.environment, gil_enabled=gil_enabled)

    text = str(replace(quick, environment=environment))

    assert ("stay attached" in text) == (not gil_enabled)
