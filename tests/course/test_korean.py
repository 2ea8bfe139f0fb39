"""The Korean pages tell what the English ones tell today."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gilext.course.published import TABLE

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("build", "claims", "gil", "glossary", "index", "learn", "mistakes", "rules", "trainer")
ROWS = [row for rows in TABLE.values() for row in rows]


@pytest.fixture
def translated(monkeypatch):
    monkeypatch.syspath_prepend(DOCS / "_ext")
    return pytest.importorskip("translated")


def test_every_page_notes_which_english_text_it_tells(translated):
    assert tuple(page.name for page in translated.pages()) == PAGES


def test_nothing_is_older_than_its_english_text(translated):
    stale = [part.name for part in (*translated.pages(), *translated.claims()) if part.is_stale]

    assert stale == [], "tell in Korean what has changed, then: python docs/korean.py --accept NAME"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_claim_has_its_words_in_korean(translated, row):
    told = translated.korean_of(row)

    for korean, english in zip(told, row, strict=True):
        assert bool(korean) == bool(english)
    for korean in (told.published, told.today, told.why):
        assert korean.endswith(".")
        assert any("가" <= letter <= "힣" for letter in korean)


def test_no_claim_in_korean_is_left_over(translated):
    assert set(translated.korean_claims()) == {row.key for row in ROWS}


def test_page_has_each_subject_once_and_in_order():
    text = (DOCS / "ko" / "claims.md").read_text(encoding="utf-8")

    subjects = [line[14:] for line in text.splitlines() if line.startswith("```{claims-ko}")]
    assert [subject.strip() for subject in subjects] == list(TABLE)


def test_page_is_stale_once_its_english_text_changes_and_until_that_is_accepted(tmp_path):
    docs = tmp_path / "docs"
    for part in ("_ext", "course", "ko"):
        shutil.copytree(DOCS / part, docs / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(DOCS / "korean.py", docs)
    rules = docs / "course" / "rules.md"
    rules.write_text(rules.read_text(encoding="utf-8") + "\nOne rule more.\n", encoding="utf-8")

    def korean(*options):
        return subprocess.run(
            [sys.executable, "-P", str(docs / "korean.py"), *options],
            capture_output=True, text=True, timeout=60, cwd=tmp_path,
        )  # fmt: skip

    before = korean()
    assert "rules is older than ../course/rules.md" in before.stdout.splitlines()
    assert before.returncode == 1
    korean("--accept", "rules")
    assert "rules" not in [line.split()[0] for line in korean().stdout.splitlines()]
    assert korean("--accept", "rules").returncode == 2
