"""``gilext lab mistakes`` lists what goes wrong, and runs one pair or all."""

import json
import shutil
from functools import partial

import pytest

from gilext import info
from gilext.cli import mistakes as mistakes_module
from gilext.course.outcomes import Outcome
from gilext.course.pairs.mistake import mistakes
from gilext.course.pairs.pair import Pair

CRASHED = Outcome("crashed", -11, "SIGSEGV", "", "", 0.1)
ENDED = Outcome("ended", 0, None, "all is fine\n", "", 0.1)


@pytest.fixture
def run(run):
    return partial(run, "lab", "mistakes")


@pytest.fixture
def no_child(monkeypatch):
    """Make ends up, instead of building and running."""
    monkeypatch.setattr(
        mistakes_module,
        "run_pair",
        lambda one: Pair(one, (), (), CRASHED, ENDED, True, "", (), info()),
    )


def test_list_has_every_mistake_with_its_number(run):
    code, out, _ = run()

    assert code == 0
    for one in mistakes().values():
        (line,) = [line for line in out.splitlines() if one.name in line.split()]
        assert line.split()[0] == str(one.number)


@pytest.mark.usefixtures("no_child")
@pytest.mark.parametrize("name", ["objects_detached", "1"])
def test_one_is_run_by_its_name_or_its_number(run, name):
    code, out, _ = run(name)

    assert code == 0
    assert out.startswith("mistake 1: ")
    assert "crashed with SIGSEGV" in out
    assert "ended: all is fine" in out


@pytest.mark.usefixtures("no_child")
def test_all_are_run_into_one_table(run):
    code, out, _ = run("--all", "--json")

    assert code == 0
    assert [one["about"]["name"] for one in json.loads(out)["pairs"]] == list(mistakes())
    assert run("--all")[1].count("SIGSEGV") == len(mistakes())


def test_name_that_is_not_there_is_an_error_that_lists_the_names(run):
    code, out, err = run("nope")

    assert (code, out) == (2, "")
    assert "'nope'" in err
    assert all(name in err for name in mistakes())


def test_missing_compiler_is_named_at_once(run, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)

    code, out, err = run("1")

    assert (code, out) == (1, "")
    assert "there is no C compiler here" in err
    assert "gcc" in err
