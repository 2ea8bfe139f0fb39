"""A report says the same as text and as HTML, and nothing of it is cut."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext.core.layout import Line, lines, plain_text
from gilext.core.markup import html
from gilext.core.report import Column, Report, Table, counted, facts, printable, share

COLUMNS = (
    Column("what", is_text=True),
    Column("ms", ".1f"),
    Column("times", ","),
    Column(is_bar=True),
)
TABLE = Table(COLUMNS, (("short", 1.25, 1234567, 0.5), ("a longer name", None, 0, 1.0)))
REPORT = Report("the title", "the place", (TABLE, "a sentence."), ("a note.",))


def test_text_has_every_part_in_its_order():
    assert plain_text(REPORT).splitlines() == [
        "the title",
        "the place",
        "",
        "what            ms      times",
        "─────────────  ───  ─────────",
        "short          1.2  1,234,567",
        "a longer name    -          0",
        "",
        "a sentence.",
        "a note.",
    ]


def test_lines_say_how_they_should_look():
    strong = replace(TABLE, strong=frozenset({1}), title="its own", rest="… and 3 more")
    styles = {line.text.split("  ")[0]: line.style for line in lines(Report("t", body=(strong,)))}

    assert styles["t"] == styles["its own"] == styles["a longer name"] == "strong"
    assert styles["… and 3 more"] == "dim"
    assert styles["short"] == ""
    assert lines(Report(notes=("n",))) == [Line("n", "dim")]


def test_list_of_facts_has_no_head():
    assert plain_text(Report(body=(facts(("a", "1"), ("longer", "2")),))).splitlines() == [
        "a       1",
        "longer  2",
    ]


def test_sentences_are_wrapped():
    text = plain_text(Report("word " * 40, body=("word " * 40,), notes=("word " * 40,)))

    assert max(map(len, text.splitlines())) <= 80
    assert text.split().count("word") == 120


@pytest.mark.parametrize("width", [1, 20, 60, 80])
def test_words_of_a_table_are_folded_and_figures_never_cut(width):
    path = "/a/path/of/many/folders/" * 5 + "module.py:123456 function"
    table = Table(COLUMNS, ((path, 123456.7, 123456789, 1.0),))

    text = plain_text(Report(body=(table,)), width)

    assert "123456.7  123,456,789" in text
    first_column = "".join(line.split("  ")[0] for line in text.splitlines()[2:])
    assert "".join(first_column.split()) == "".join(path.split())
    if width >= 60:
        assert max(map(len, text.splitlines())) <= width


def test_paths_are_folded_after_a_slash():
    table = Table((Column("line", is_text=True), Column("ms")), (("/one/two/three/" * 3, 1),))

    folded = plain_text(Report(body=(table,)), 30).splitlines()[2:]

    assert all(line.split()[0].endswith("/") for line in folded)


def test_wide_characters_take_two_columns():
    table = Table((Column("thread", is_text=True), Column("n")), (("작업자", 1), ("worker", 2)))

    *_, korean, english = plain_text(Report(body=(table,))).splitlines()

    assert korean == "작업자  1"
    assert english == "worker  2"


@given(st.lists(st.tuples(st.text(), st.floats(allow_nan=False) | st.none()), min_size=1))
def test_any_text_can_be_laid_out_and_encoded(rows):
    report = Report("t", body=(Table((Column("a", is_text=True), Column("b", ".3g")), (*rows,)),))

    assert plain_text(report).encode()
    assert html(report).encode()
    assert all(line.text.isprintable() for line in lines(report))


def test_what_can_not_be_printed_is_written_out():
    assert printable("plain 작업자") == "plain 작업자"
    assert printable("a\nb\x1b[31m\udc80") == "a\\nb\\x1b[31m\\udc80"


def test_html_is_escaped_and_has_every_part():
    evil = Table((Column("<b>", is_text=True), Column("n", ".1f")), (("<script>", 1.25),))
    page = html(Report("<t>", "<p>", (evil, "<s>"), ("<n>",)))

    for tag in ("<script>", "<t>", "<s>", "<n>"):
        assert tag not in page
        assert tag.replace("<", "&lt;").replace(">", "&gt;") in page
    assert ">1.2</td>" in page
    assert page.count("<tr>") == 2


@pytest.mark.parametrize(("part", "width"), [(0.5, "50%"), (1.0, "100%"), (3, "100%"), (-1, "0%")])
def test_html_draws_bars_within_their_room(part, width):
    page = html(Report(body=(Table((Column(is_bar=True),), ((part,),)),)))

    assert f"width:{width}" in page


def test_an_empty_report_is_empty_text():
    assert plain_text(Report()) == ""
    assert plain_text(Report(body=(Table((), ()),))) == ""


def test_part_of_nothing_is_unknown():
    assert share(1.0, 4.0) == 0.25
    assert share(1.0, 0.0) is None
    assert Column(form=".1%").text(None) == "-"


def test_nouns_are_counted():
    assert counted(1, "thread") == "1 thread"
    assert counted(2000, "thread") == "2,000 threads"
