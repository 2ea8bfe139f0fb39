"""Warns of markup that a page shows instead of what it stands for: with ``-W`` the build fails."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
RAW = re.compile(
    r"^\s*\.\. [\w:-]+(::|$)|:[a-z][a-z:]*:`|\{[a-z][a-z:-]*\}`|^\s*(:::|```|~~~)", re.MULTILINE
)


def shown_text(node: nodes.Element) -> str:
    """Return the words of a paragraph, each piece of code in it as two backquotes."""
    return "".join(
        "``" if isinstance(child, nodes.literal) else child.astext() for child in node.children
    )


def warn_of_raw_markup(_: Sphinx, doctree: nodes.document, __: str) -> None:
    """Look for directives and roles in the words of a page."""
    for node in doctree.findall(nodes.TextElement):
        if isinstance(node, nodes.literal | nodes.literal_block | nodes.raw | nodes.comment):
            continue
        found = RAW.search(shown_text(node))
        if found:
            LOGGER.warning("raw markup is shown: %r", found.group(), location=node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at each page when it is complete."""
    app.connect("doctree-resolved", warn_of_raw_markup)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
