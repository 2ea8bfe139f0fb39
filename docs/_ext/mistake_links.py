"""``{mistake}`5```: a link to the page of the mistake with that number."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

DOCS = Path(__file__).parent.parent
PAGES = DOCS / "course" / "mistakes"


class MistakeRole(SphinxRole):
    """The role: it links once there is a page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a link, or the words alone."""
        number = int(self.text)
        word = "실수" if self.env.docname.startswith("ko/") else "mistake"
        words = f"{word} {number}"
        page = next(iter(sorted(PAGES.glob(f"{number:02}_*.md"))), None)
        if page is not None:
            link = addnodes.pending_xref(
                "", nodes.inline("", words),
                refdomain="std", reftype="doc", refexplicit=True, refwarn=True,
                refdoc=self.env.docname, reftarget=f"/course/mistakes/{page.stem}",
            )  # fmt: skip
            return [link], []
        return [nodes.Text(words)], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role."""
    app.add_role("mistake", MistakeRole())
    return {"parallel_read_safe": True}
