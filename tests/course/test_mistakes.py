"""Each mistake ends as it was seen to end, its repair ends well, and the tools tell them apart."""

import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gilext.course.outcomes import Outcome
from gilext.course.pairs.marked_lines import marked_lines
from gilext.course.pairs.mistake import Ending, Interpreters, mistakes
from gilext.course.pairs.pair import run_pair

MISTAKES = mistakes()
DOCS = Path(__file__).parents[2] / "docs"
QUICK = {"objects_detached"}
# A sanitizer or a debug allocator in all processes changes how mistakes end.
IS_PLAIN = not {"LD_PRELOAD", "PYTHONDEVMODE", "PYTHONMALLOC"} & set(os.environ)


needs_plain_run = pytest.mark.skipif(not IS_PLAIN, reason="not a plain run")


def ended(how, said=""):
    return Outcome(how, 0, None, said, "", 0.0)


def each():
    return [
        pytest.param(one, id=one.name, marks=[] if one.name in QUICK else [pytest.mark.slow])
        for one in MISTAKES.values()
    ]


@needs_plain_run
@pytest.mark.compiles
@pytest.mark.parametrize("mistake", each())
def test_pair_ends_as_described_and_the_tools_find_the_mistake(mistake):
    pair = run_pair(mistake)

    assert pair.as_described, pair.mistake
    assert pair.repair.how == "ended", pair.repair
    for finding in pair.findings:
        assert finding.as_described is not False, (finding, str(pair))


@needs_plain_run
@pytest.mark.compiles
def test_mistake_that_ends_otherwise_than_described_is_told():
    mistake = MISTAKES["objects_detached"]
    described = tuple(
        replace(one, outcome="hung", says="nothing like that") for one in mistake.endings
    )
    finder = replace(mistake.found_by[0], interpreters=Interpreters(), mistake="no such words")

    pair = run_pair(replace(mistake, endings=described, found_by=(finder,)))

    assert pair.as_described is False
    assert [one.as_described for one in pair.findings] == [False]
    assert "never ended like this" in str(pair)
    assert "said something else" in str(pair)


def test_unknown_interpreter_is_neither_as_described_nor_not():
    ending = Ending(Interpreters(versions="<3.0"), "ended")

    assert replace(MISTAKES["objects_detached"], endings=(ending,)).endings_here() == ()


@pytest.mark.parametrize(
    ("versions", "is_met"),
    [
        ("*", True),
        (">=3.11", True),
        ("<3.11", False),
        (f"=={sys.version_info[0]}.{sys.version_info[1]}", True),
        (f">=3.11,<{sys.version_info[0]}.{sys.version_info[1]}", False),
        (f">={sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}", True),
    ],
)
def test_versions_are_compared(versions, is_met):
    assert Interpreters(versions).has_this_one() is is_met


@pytest.mark.parametrize(
    ("outcome", "is_that"),
    [
        (ended("hung", "started\n"), True),
        (ended("hung", "not started\n"), False),
        (ended("ended", "started\n"), False),
    ],
)
def test_ending_has_both_the_outcome_and_the_words(outcome, is_that):
    assert Ending(Interpreters(), "hung", "^started$").is_that_of(outcome) is is_that


@pytest.mark.parametrize("mistake", [pytest.param(one, id=one.name) for one in MISTAKES.values()])
def test_folder_is_complete(mistake):
    assert (mistake.folder / "use.py").exists()
    assert mistake.endings
    for side in ("mistake", "repair"):
        source = mistake.source_of(side)
        assert any(line.is_marked for line in marked_lines(source, side)), source
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", thread) for thread in mistake.evidence)
    is_found_by_gilext = (mistake.folder / "find.py").exists()
    assert is_found_by_gilext == any(
        one.mistake is not None and "PYTHON" not in one.tool and "Sanitizer" not in one.tool
        for one in mistake.found_by
        if one.tool != "a debug build"
    )


def test_marked_lines_are_those_of_the_functions_that_bear_the_mark(tmp_path):
    source = tmp_path / "x.c"
    source.write_text(
        "int a(void)\n{\n    return 1;\n}\n\n"
        "int b(void)\n{\n    f();\n\n    g(); /* the mistake: g */\n    h();\n}\n\n"
        "int c(void)\n{\n    /* the mistake: h */\n    h();\n}\n\n"
        "int d(void)\n{\n}\n"
    )

    lines = marked_lines(source, "mistake")

    assert [line.number for line in lines] == [*range(6, 19)]
    assert [line.number for line in lines if line.is_marked] == [10, 16, 17]
    assert marked_lines(source, "repair") == ()


def test_each_mistake_has_a_number_of_its_own():
    numbers = [one.number for one in MISTAKES.values()]

    assert numbers == sorted(set(numbers))


@pytest.mark.skipif(not DOCS.is_dir(), reason="there is no documentation here")
@pytest.mark.parametrize("mistake", [pytest.param(one, id=one.name) for one in MISTAKES.values()])
def test_mistake_has_a_page_and_kept_runs(mistake):
    page = (DOCS / "course" / "mistakes" / f"{mistake.folder.name}.md").read_text("utf-8")
    kept = json.loads((DOCS / "results" / "mistakes.json").read_text("utf-8"))

    title, _, rest = page.partition("\n")
    assert title.removeprefix("# ").casefold() == mistake.title.casefold()
    assert f"{{mistake}} {mistake.name}\n" in rest
    assert all(mistake.name in of["runs"] for of in kept.values())
