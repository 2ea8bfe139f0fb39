"""The colours of the page: read on their ground, and told apart by everybody."""

import math
import operator
import re
from itertools import combinations
from pathlib import Path

import pytest

from gilext.render import page, palette


def colours_of_the_page():
    """Return the colours by their names, each as it is when light and when dark."""
    css = (Path(page.__file__).parent / "page.css").read_text()
    pairs = re.findall(r"--(\w+): light-dark\(#(\w{6}), #(\w{6})\);", css)
    return {name: (light, dark) for name, light, dark in pairs}


def linear(colour):
    """Return a colour's parts of light, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one, another):
    """Return the contrast of two colours. Source: W3C, WCAG 2.2, "contrast ratio"."""
    weights = (0.2126, 0.7152, 0.0722)
    light, dark = sorted(
        (sum(map(operator.mul, weights, linear(colour))) for colour in (one, another)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def test_page_has_the_colours_of_the_pictures():
    for name, (light, dark) in colours_of_the_page().items():
        if name in palette.PALETTE:
            assert palette.PALETTE[name] == (f"#{light}", f"#{dark}"), name


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read_and_told_from_the_ground(theme):
    colours = {name: pair[theme] for name, pair in colours_of_the_page().items()}

    for name in ("text", "quiet", "link"):
        for ground in ("back", "lane"):
            assert contrast(colours[name], colours[ground]) >= 4.5, name
    for name in ("held", "stalled", "waited", "released"):
        assert contrast(colours[name], colours["lane"]) >= 3, name
    for name in ("stalled", "held"):  # which have names on them
        assert contrast(colours["back"], colours[name]) >= 4.5, name


# Sources: Machado, Oliveira and Fernandes (2009), severity 1.0, for protanopia and deuteranopia.
SEEN_BY = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def lab(colour, matrix):
    """Return a colour as CIELAB has it, as somebody sees it. Source: CIE 15, with D65."""
    seen = [max(0.0, sum(map(operator.mul, row, linear(colour)))) for row in matrix]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(map(operator.mul, row, seen)) for row in to_xyz]
    x, y, z = (
        part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in map(operator.truediv, xyz, (0.9505, 1.0, 1.089))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_apart_by_everybody(theme, eyes):
    colours = [
        colours_of_the_page()[name][theme] for name in ("held", "stalled", "waited", "released")
    ]
    seen = [lab(colour, SEEN_BY[eyes]) for colour in colours]

    assert min(math.dist(*pair) for pair in combinations(seen, 2)) > 30
