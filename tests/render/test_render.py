"""Results as text, HTML and pictures."""

import sys
from dataclasses import replace

import pytest

from gilext.comparison.comparing import Comparison, Row
from gilext.comparison.ways import BASELINE, LIMIT, WAYS
from gilext.core.environment import Environment
from gilext.render import html, picture, text

HERE = Environment(
    "1.2.3", "CPython", "3.13.0", "GCC 12.2.0", "Linux x86_64", False, True, 8, 1.5, 0.005,
    ("held", "released"),
)  # fmt: skip


@pytest.fixture
def comparison():
    rows = tuple(
        Row(way.name, way.title, 2, 0.1234, 0.2468, 1.98, 1.9, 2.05, 0.99, (0.1234,))
        for way in (BASELINE, *WAYS.values(), LIMIT)
    )
    verdict = "Two did 1.98 times the work of one: a sentence that is longer than one line is."
    return Comparison(
        "spin", "iterations", 61_000_000, 900_000, 2, 5, rows, ("<x>: can't",), HERE, verdict
    )


@pytest.mark.parametrize("width", [80, 120])
def test_text_fits_the_terminal_and_cuts_no_title(comparison, width):
    lines = text.render(comparison, width).splitlines()

    assert max(map(len, lines)) <= width
    for row in comparison.rows:
        assert any(line.strip().startswith(row.title) for line in lines)


def test_text_has_the_verdict_and_what_was_left_out(comparison):
    words = " ".join(text.render(comparison, 200).split())

    assert comparison.verdict in words
    assert "Left out: <x>: can't" in words


def test_printing_a_result_shows_its_text(comparison, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")

    assert str(comparison) == text.render(comparison, 90)


@pytest.mark.parametrize(
    ("build", "enabled", "words"),
    [
        (False, True, "with a GIL"),
        (True, False, "free-threaded, no GIL"),
        (True, True, "free-threaded build, GIL switched on"),
    ],
)
def test_text_says_whether_there_is_a_gil(build, enabled, words):
    here = replace(HERE, free_threaded_build=build, gil_enabled=enabled)

    assert words in text.render(here, 100)


def test_what_has_no_text_form_is_refused():
    with pytest.raises(TypeError, match="no text form for dict"):
        text.render({})


def test_html_of_a_comparison_is_escaped_and_has_every_row(comparison):
    page = comparison._repr_html_()

    assert "&lt;x&gt;" in page
    assert "<x>" not in page
    assert page.count("<tr>") == len(comparison.rows) + 1


def test_html_of_another_result_is_its_text():
    assert html.render(HERE).startswith("<pre>")
    assert "1.5 of 8" in html.render(HERE)


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".SVG", b"<?xml")])
def test_picture_is_written_in_the_format_of_its_name(comparison, tmp_path, suffix, start):
    pytest.importorskip("matplotlib")
    target = tmp_path / f"bars{suffix}"

    picture.save(comparison, target)

    assert target.read_bytes().startswith(start)


def test_picture_in_another_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.png or \.svg: 'bars\.bmp'"):
        picture.check_target(tmp_path / "bars.bmp")


def test_picture_in_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        picture.check_target(tmp_path / "missing" / "bars.png")


def test_picture_without_matplotlib_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ImportError, match=r"pip install 'gilext\[plot\]'"):
        picture.check_target(tmp_path / "bars.png")
