"""Keeps the names of attributes that a docstring describes together, as ``a, b : float``.

Sphinx takes the first of them for a type.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

BEFORE_NAPOLEON = 400
NAMES = re.compile(r"^(\s*)(\w+(?:, \w+)+)( : )")
NO_SPACE = ",\u200b"


def join_names(_: Sphinx, __: str, ___: str, ____: object, _____: object, lines: list[str]) -> None:
    """Put what isn't a space between the names."""
    for number, line in enumerate(lines):
        lines[number] = NAMES.sub(
            lambda found: found[1] + found[2].replace(", ", NO_SPACE) + found[3], line
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Come before napoleon."""
    app.connect("autodoc-process-docstring", join_names, priority=BEFORE_NAPOLEON)
    return {"parallel_read_safe": True}
