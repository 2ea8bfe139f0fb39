"""Each code of the audit has a page and a line in the index, and both say what the rule says."""

import re
from pathlib import Path

import pytest

from gilext.auditing.rules.codes import RULES
from gilext.auditing.rules.requirements import CHOICES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "audit"
INDEX = (PAGES / "index.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| \[(GX\d+)\]\((GX\d+)\.md\) \| (\w+) \| (.*) \|$", re.MULTILINE)


def page_of(code):
    return (PAGES / f"{code}.md").read_text(encoding="utf-8")


def test_the_index_has_each_code_once_in_order():
    assert LINE.findall(INDEX) == [
        (rule.code, rule.code, rule.severity.value, rule.sentence) for rule in RULES.values()
    ]
    assert list(RULES) == sorted(RULES)


def test_there_is_no_page_of_a_code_that_is_gone():
    assert {one.stem for one in PAGES.glob("GX*.md")} == set(RULES)


@pytest.mark.parametrize("code", RULES)
def test_a_page_says_what_why_and_how_to_repair(code):
    rule, page = RULES[code], page_of(code)

    assert page.startswith(f"# {code}: {rule.name}\n")
    assert f"{rule.severity.value.capitalize()}. {rule.sentence}" in " ".join(page.split())
    assert page.index("## Why") < page.index("## How to repair it")


def test_the_page_on_continuous_integration_has_each_requirement():
    page = (ROOT / "docs" / "audit_ci.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)) == set(CHOICES)


def test_the_hook_requires_what_can_be_required():
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (entry,) = re.findall(r"entry: gilext audit .*--require (\S+)", hook)

    assert set(entry.split(",")) <= set(CHOICES)
