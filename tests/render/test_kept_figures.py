"""Figures in the site's sentences come from the kept runs."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the site's packages are missing")
sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))

from kept import kept_figure, runs_named_in
from runs import RESULTS


def row(name, begins):
    rows = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["result"]["rows"]
    return next(one for one in rows if next(iter(one.values())) == begins)


def test_figure_is_that_of_the_row():
    lost = row("race", "C, plain, GIL released")["lost"]

    assert kept_figure("race[C, plain, GIL released].lost") == f"{lost:,}"


def test_ratio_is_that_of_two_rows():
    slow, fast = (row("races", way)["together_seconds"] for way in ("one mutex", "plain, GIL held"))
    reference = "races[one mutex].together_seconds / races[plain, GIL held].together_seconds"

    assert kept_figure(reference) == f"{slow / fast:.1f}"
    assert runs_named_in(reference) == [RESULTS / "races.json"] * 2


def test_time_has_a_unit():
    assert kept_figure("races[atomic].together_seconds").endswith(" ns")


@pytest.mark.parametrize(
    "reference", ["race", "race[no such way].lost", "race[C, atomic].nothing", "race[C, atomic]"]
)
def test_figure_that_is_not_there_is_an_error(reference):
    with pytest.raises(LookupError):
        kept_figure(reference)
