"""Puts figures of the kept runs into sentences, so that no page says another one than its run.

``{kept}`race[Python, a call between].lost` `` is the field ``lost`` of the row that begins with
that text; ``{kept}`races[one mutex].alone_seconds / races[atomic].alone_seconds` `` is a ratio.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from runs import RESULTS, run_of
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from gilext.core.units import in_words

_FIGURE = re.compile(r"(\w+)\[(.+?)\]\.(\w+)")


def kept_figure(reference: str) -> str:
    """Return a figure of a kept run, or the ratio of two, as it is read."""
    above, _, below = reference.partition(" / ")
    if below:
        return f"{_value(above) / _value(below):.1f}"
    value = _value(above)
    if reference.endswith("_seconds"):
        return in_words(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def runs_named_in(reference: str) -> list[Path]:
    """Return the files that a reference reads."""
    return [RESULTS / f"{name}.json" for name, _, _ in _FIGURE.findall(reference)]


def _value(reference: str) -> Any:
    found = _FIGURE.fullmatch(reference.strip())
    if found is None:
        raise LookupError(f"{reference!r} isn't NAME[ROW].FIELD")
    name, begins, field = found.groups()
    for row in run_of(name)["result"]["rows"]:
        if str(next(iter(row.values()))) == begins:
            return row[field]
    raise LookupError(f"the run {name} has no row {begins!r}")


class KeptRole(SphinxRole):
    """``{kept}``: one figure of a kept run."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the figure, or an error that ends the build."""
        try:
            figure = kept_figure(self.text)
        except (LookupError, OSError) as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        for path in runs_named_in(self.text):
            self.env.note_dependency(str(path))
        return [nodes.Text(figure)], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role."""
    app.add_role("kept", KeptRole())
    return {"parallel_read_safe": True}
