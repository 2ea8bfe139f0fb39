"""A report says the same as text and as HTML, and nothing of it is cut."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext.core.layout import Line, lines, plain_text
from gilext.core.markup import html
from gilext.core.report import Column, Place, Report, Table, counted, facts, printable, share

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

    assert {"123456.7", "123,456,789"} <= set(text.split())
    words = "".join(text.split()).replace("123456.7", "").replace("123,456,789", "")
    assert path.replace(" ", "") in words or width < 60
    if width >= 20:
        assert max(map(len, text.splitlines())) <= width


def test_titles_are_folded_before_words():
    columns = (Column("line", is_text=True), Column("others waited s", ".3f"))
    table = Table(columns, (("a name of twenty-one", 1.5),))

    assert plain_text(Report(body=(table,)), 37).splitlines()[0].endswith("others waited s")
    assert plain_text(Report(body=(table,)), 30).splitlines() == [
        "                        others",
        "line                  waited s",
        "────────────────────  ────────",
        "a name of twenty-one     1.500",
    ]


def test_title_is_folded_no_more_than_there_is_need():
    columns = (Column("line", is_text=True), *(Column("of the time", ".1%") for _ in "ab"))
    table = Table(columns, (("a name", 0.5, 0.25),))

    assert plain_text(Report(body=(table,)), 29).splitlines()[:3] == [
        "                     of the",
        "line    of the time    time",
        "──────  ───────────  ──────",
    ]


def test_folded_words_are_indented():
    table = Table((Column("line", is_text=True), Column("ms")), (("one two three four", 1),))

    assert plain_text(Report(body=(table,)), 18).splitlines()[2:] == [
        "one two three    1",
        "  four",
    ]


def test_table_that_fits_in_no_other_way_becomes_a_list():
    columns = (Column("line", is_text=True), Column("held s", ".3f"), Column("holds", ","))
    table = Table(columns, (("work.py:42 work", 1.5, 1234), ("  in other.py:7", "", "")))

    assert plain_text(Report(body=(table,)), 25).splitlines() == [
        "work.py:42 work",
        "  held s  1.500",
        "  holds   1,234",
        "  in other.py:7",
    ]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (40, "/srv/app/orders.py:1234 dumps(rows)"),
        (34, "…/app/orders.py:1234 dumps(rows)"),
        (31, "…/orders.py:1234 dumps(rows)"),
        (5, "…/orders.py:1234 dumps(rows)"),
    ],
)
def test_path_loses_its_outermost_folders_first(width, text):
    assert Place("/srv/app/orders.py", 1234, "dumps(rows)").shortened(width) == text


def test_place_without_a_line_has_no_number():
    assert str(Place("<GC>", 0, "generation 2", lead="  in ")) == "  in <GC> generation 2"


@given(
    st.lists(st.from_regex(r"[a-z]{0,9}[0-9]{1,6}(\.[0-9]{1,4})?", fullmatch=True), min_size=1),
    st.integers(18, 200),
)
def test_no_number_is_cut_by_wrapping(words, width):
    text = plain_text(Report("".join(words)), width)

    pieces = text.splitlines()
    assert "".join(pieces) == "".join(words)
    assert not any(
        before[-1].isdigit() and after[0].isdigit() for before, after in pairwise(pieces)
    )


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


def test_paragraphs_have_one_empty_line_between_them_and_none_at_the_end():
    report = Report(title="title", body=("", "one", "", "", "two", ""))

    assert plain_text(report) == "title\n\none\n\ntwo"
    assert plain_text(replace(report, notes=("note",))).endswith("two\n\nnote")
    assert html(report).count("<p>") == 3


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
