"""Build it: each page's commands work in an empty folder, and gilext says what the page says."""

import json
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def load_build_steps() -> ModuleType:
    spec = spec_from_file_location("build_steps", ROOT / "docs" / "build_steps.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build_steps = load_build_steps()
STEPS = build_steps.steps()
FIRST_WITH_WORK = "03_holds"


def kept_run(step: str) -> list[dict[str, Any]]:
    text = (build_steps.KEPT / f"{step}.json").read_text(encoding="utf-8")
    blocks: list[dict[str, Any]] = json.loads(text)["blocks"]
    return blocks


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if sys.platform == "win32":
        pytest.skip("the commands are for a POSIX shell")
    return build_steps.Workshop(tmp_path_factory.mktemp("workshop"))


def test_there_are_twelve_steps_with_a_page_each() -> None:
    assert [step[:2] for step in STEPS] == [f"{number:02}" for number in range(1, 13)]
    pages = sorted(path.stem for path in build_steps.PAGES.glob("[0-9]*.md"))
    assert pages == STEPS


@pytest.mark.parametrize("step", STEPS)
def test_a_page_installs_its_step_and_ends_with_answered_questions(step: str) -> None:
    page = (build_steps.PAGES / f"{step}.md").read_text(encoding="utf-8")
    commands = "\n".join(map("\n".join, build_steps.typed_on(step)))
    assert re.search(r"pip install \.$", commands, re.MULTILINE)
    _, _, end = page.partition("## Take home\n")
    questions = re.findall(r"^\d\. ", end.partition("## Questions\n")[2], re.MULTILINE)
    assert len(questions) == end.count(":::{answer}\n") >= 1


@pytest.mark.parametrize("step", STEPS)
def test_a_kept_run_says_what_its_page_says(step: str) -> None:
    kept = kept_run(step)
    assert [block["typed"] for block in kept] == build_steps.typed_on(step)
    page = (build_steps.PAGES / f"{step}.md").read_text(encoding="utf-8")
    expected = build_steps.expected_on(step)
    assert len(expected) == page.count("```{said} ") >= 1
    for number, says in expected.items():
        assert build_steps.says(kept[number - 1]["said"], says)


def test_a_text_that_says_something_else_is_noticed() -> None:
    assert build_steps.says("verdict    releases\nheld  0%", "verdict releases held")
    assert not build_steps.says("verdict    holds", "verdict releases")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_needs_nothing_but_python_and_the_system(step: str) -> None:
    folder = build_steps.STEPS / step
    own = {path.name for path in folder.iterdir()}
    for path in [*folder.glob("*.c"), *folder.glob("*.h")]:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 220
        assert set(re.findall(r'#include "(.+)"', text)) <= own
        assert "gilext" not in text


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_the_commands_of_a_page_work(workshop: Any, step: str, gil_enabled: bool) -> None:
    kept, expected = kept_run(step), build_steps.expected_on(step)
    for number, commands in enumerate(build_steps.typed_on(step), 1):
        outcome = workshop.type(step, commands)
        assert outcome.returncode == kept[number - 1]["code"], (commands, outcome)
        if number in expected and gil_enabled:
            assert build_steps.says(outcome.stdout, expected[number]), (commands, outcome)


@pytest.mark.slow
def test_a_page_that_promises_a_wrong_verdict_fails(workshop: Any) -> None:
    assert workshop.type(FIRST_WITH_WORK, ["pip install ."]).how == "ended"
    outcome = workshop.type(FIRST_WITH_WORK, ["gilext check fnv:chain --arg 1_000_000"])
    assert outcome.how == "ended"
    assert not build_steps.says(outcome.stdout, "verdict releases")
