"""Comparisons as pictures."""

import sys
from dataclasses import replace

import pytest

from gilext.comparison.comparing import Comparison, Row
from gilext.comparison.ways import BASELINE, LIMIT, WAYS, releases
from gilext.core.environment import info
from gilext.render import files, palette, picture


@pytest.fixture
def comparison():
    rows = tuple(
        Row(way.name, way.title, 2, 0.1234, 0.2468, 1.98, 1.9, 2.05, 0.99, (0.1234,))
        for way in (BASELINE, *WAYS.values(), LIMIT)
    )
    verdict = "Two did 1.98 times the work of one: a sentence that is longer than one line is."
    environment = replace(info(), free_threaded_build=False, gil_enabled=True)
    return Comparison(
        "spin", "iterations", 61_000_000, 900_000, 2, 5, rows, ("<x>: can't",), environment, verdict
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


@pytest.mark.parametrize(
    ("gil_enabled", "labels"),
    [
        (True, ("threads, GIL released", "threads, GIL held", "no shared GIL")),
        (False, ("threads, detached", "threads, attached", "no shared interpreter")),
    ],
)
def test_picture_explains_its_colours(comparison, tmp_path, gil_enabled, labels):
    pytest.importorskip("matplotlib")
    environment = replace(comparison.environment, gil_enabled=gil_enabled)
    picture.save(replace(comparison, environment=environment), tmp_path / "x.svg")

    drawn = (tmp_path / "x.svg").read_text()
    for label in labels:
        assert label in drawn
    assert gil_enabled or ", GIL" not in drawn


def test_bar_has_the_colour_of_what_its_way_does_with_the_gil(comparison, tmp_path):
    pytest.importorskip("matplotlib")
    picture.save(comparison, tmp_path / "x.svg")

    drawn = (tmp_path / "x.svg").read_text()
    ways = [row.way for row in comparison.rows]
    for colour, is_released in ((palette.RELEASED, True), (palette.HELD, False)):
        bars = sum(releases(way) is is_released for way in ways)
        assert drawn.count(f"fill: {colour.day}") == bars + 1  # and one in the legend


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
