"""The table of claims: each has an answer, each lesson and article is there, the page has all."""

import re
from pathlib import Path

import pytest

from gilext.course.claims import CLAIMS
from gilext.course.published import ARTICLES, STANDINGS, TABLE
from gilext.lab import EXPERIMENTS

ROWS = [row for rows in TABLE.values() for row in rows]
PAGE = Path(__file__).parents[2] / "docs" / "course" / "claims.md"


def test_every_claim_has_a_name_of_its_own():
    assert len({row.key for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_claim_has_articles_a_standing_and_an_answer_in_whole_sentences(row):
    assert row.articles
    assert row.articles == "".join(sorted({*row.articles} & ARTICLES.keys()))
    assert row.standing in STANDINGS
    assert all(text.endswith(".") for text in (row.published, row.today, row.why))


def test_lesson_of_a_claim_is_an_experiment_of_the_lab():
    assert {row.lesson for row in ROWS if row.lesson} <= set(EXPERIMENTS)


def test_claim_that_a_lesson_is_about_is_in_the_table():
    assert set(CLAIMS) == {row.key for row in ROWS} & set(EXPERIMENTS)
    assert all(row.why == CLAIMS[row.key].why for row in ROWS if row.key in CLAIMS)


@pytest.mark.parametrize("letter", ARTICLES)
def test_every_article_has_claims(letter):
    assert sum(letter in row.articles for row in ROWS) >= 9


def test_page_has_each_subject_once_and_in_order():
    text = PAGE.read_text(encoding="utf-8")

    assert re.findall(r"^```\{claims\} (.+)$", text, re.MULTILINE) == list(TABLE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(TABLE)
