"""Comparisons as pictures."""

import sys

import pytest

from gilext.comparison.comparing import Comparison, Row
from gilext.comparison.ways import BASELINE, LIMIT, WAYS
from gilext.core.environment import info
from gilext.render import files, picture


@pytest.fixture
def comparison():
    rows = tuple(
        Row(way.name, way.title, 2, 0.1234, 0.2468, 1.98, 1.9, 2.05, 0.99, (0.1234,))
        for way in (BASELINE, *WAYS.values(), LIMIT)
    )
    verdict = "Two did 1.98 times the work of one: a sentence that is longer than one line is."
    return Comparison(
        "spin", "iterations", 61_000_000, 900_000, 2, 5, rows, ("<x>: can't",), info(), verdict
    )


@pytest.mark.parametrize("width", [80, 120])
def test_text_of_a_comparison_fits_and_is_whole(comparison, width):
    from gilext.core.layout import plain_text

    text = plain_text(comparison.report(), width)

    assert max(map(len, text.splitlines())) <= width
    for row in comparison.rows:
        assert any(line.startswith(f"{row.title} ") for line in text.splitlines())
    assert text.count("1.98") == len(comparison.rows) + 1
    assert comparison.verdict in " ".join(text.split())
    assert text.endswith("Left out: <x>: can't")


def test_html_of_a_comparison_is_escaped_and_has_bars(comparison):
    page = comparison._repr_html_()

    assert "<x>" not in page
    assert page.count("width:100%") == len(comparison.rows)
    assert page.count("font-weight:bold") == 1


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".SVG", b"<?xml")])
def test_picture_is_written_in_the_format_of_its_name(comparison, tmp_path, suffix, start):
    pytest.importorskip("matplotlib")
    target = tmp_path / f"bars{suffix}"

    picture.save(comparison, target)

    assert target.read_bytes().startswith(start)


def test_picture_explains_its_colours(comparison, tmp_path):
    pytest.importorskip("matplotlib")
    picture.save(comparison, tmp_path / "x.svg")

    assert "C, GIL released" in (tmp_path / "x.svg").read_text()


@pytest.mark.parametrize(
    ("name", "message"),
    [("bars.bmp", r"must end in \.png or \.svg, not 'bars\.bmp'"), ("no/bars.png", "no folder")],
)
def test_what_no_recording_can_be_drawn_in_no_comparison_can(comparison, tmp_path, name, message):
    with pytest.raises(ValueError, match=message):
        files.check_target(tmp_path / name, "picture")
    with pytest.raises(ValueError, match=message):
        picture.save(comparison, tmp_path / name)


def test_picture_without_matplotlib_says_what_to_install(comparison, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ImportError, match=r"pip install 'gilext\[plot\]'"):
        picture.save(comparison, tmp_path / "bars.png")
