"""``gilext lab``: the list, one experiment with claim and reason, and its published size."""

import json
import os
import re
import subprocess
import sys
from functools import partial

import pytest

from gilext import info
from gilext.cli import lab as lab_module
from gilext.course.claims import CLAIMS
from gilext.lab import EXPERIMENTS
from gilext.lab.catalogue import Full
from gilext.lab.lesson import Lesson
from gilext.lab.races import CountedWay

WAY = CountedWay("Python, a call between", 1_000_000_000, 999_999_999, 120.25e-9, 74.5e-9, 0.66)


def lesson(shown=True, title="as it stands"):
    return Lesson(title, (WAY, WAY), "One is lost.", shown, info())


@pytest.fixture
def run(run):
    return partial(run, "lab")


@pytest.fixture
def race(monkeypatch):
    """Put an experiment in the place of the race, which takes long; return how to change it."""

    def change(**fields):
        fields = {"run": lesson, **fields}
        monkeypatch.setitem(EXPERIMENTS, "race", EXPERIMENTS["race"]._replace(**fields))

    change()
    return change


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("columns", [80, 120])
def test_list_has_every_experiment_once_in_its_group_with_minutes(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))

    code, out, _ = run()

    first, *blocks = (block.splitlines() for block in out.split("\n\n"))
    lines = [(block[0], line) for block in blocks for line in block[1:]]
    listed = {
        found[1]: group
        for group, line in lines
        if (found := re.match(r"  (\w+) +\d+ min  \S", line))
    }
    assert code == 0
    assert listed == {one.name: one.group for one in EXPERIMENTS.values()}
    assert max(map(len, out.splitlines())) <= columns
    assert "gilext lab mistakes" in first[0]


def test_list_is_json_too(run):
    assert list(json.loads(run("--json")[1])) == list(EXPERIMENTS)


def test_experiment_is_told_with_its_claim_before_and_its_reason_after(run, race):
    code, out, _ = run("race")

    claim, table, reason = (
        words(out).index(words(text))
        for text in (CLAIMS["race"].claim.rstrip("."), "999,999,999", CLAIMS["race"].why)
    )
    assert code == 0
    assert claim < table < reason


@pytest.mark.parametrize("arguments", [("race", "--json"), ("--json", "race")])
def test_json_has_claim_and_reason_beside_the_result(run, race, arguments):
    told = json.loads(run(*arguments)[1])

    assert (told["claim"], told["why"]) == (CLAIMS["race"].claim, CLAIMS["race"].why)
    assert (told["shown"], told["attempts"], told["rows"][0]["lost"]) == (True, 1, WAY.lost)


def test_experiment_that_does_not_show_its_effect_says_so(run, race, monkeypatch):
    monkeypatch.setattr(
        lab_module, "until_shown", lambda run, progress: (progress(1), progress(2), run())[-1]
    )
    race(run=lambda: lesson(shown=False))

    assert "This run didn't show the effect" in words(run("race")[1])


def test_published_size_is_announced_and_run(run, race):
    race(full=Full(lambda: lesson(title="as published"), "about 40 s and 8 GB"))

    code, out, err = run("race", "--full")

    assert code == 0
    assert "about 40 s and 8 GB" in err
    assert out.startswith("as published")
    assert run("race")[1].startswith("as it stands")


def test_experiment_without_another_size_refuses_to_be_full(run, race):
    race(full=None)

    code, out, err = run("race", "--full")

    assert (code, out) == (2, "")
    assert "leave out --full" in err


def test_name_that_is_not_there_is_an_error_that_lists_the_names(run):
    code, out, err = run("nope")

    assert (code, out) == (2, "")
    assert "'nope'" in err
    assert all(name in err for name in EXPERIMENTS)


@pytest.mark.parametrize("columns", ["40", "80", "120"])
def test_no_digit_is_cut_at_any_width(run, race, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)

    out = run("race")[1]

    assert out.count("1,000,000,000") == out.count("999,999,999") == 2
    assert out.count("74.50") == out.count("0.66") == 2
    assert max(map(len, out.splitlines())) <= int(columns)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_shown_on_a_terminal_and_nowhere_else(tmp_path):
    command = [sys.executable, "-P", "-m", "gilext", "lab", "cycles"]

    def told(stderr):
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=stderr, cwd=tmp_path, timeout=60, check=True
        )

    terminal, end = os.openpty()
    out = told(end).stdout
    shown = os.read(terminal, 10_000)
    os.close(terminal)
    os.close(end)
    assert b"running cycles ..." in shown
    assert b"running" not in out

    assert told(subprocess.PIPE).stderr == b""
