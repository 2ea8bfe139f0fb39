"""Puts the kept runs of the lessons into the pages: as text, as figures, as pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cattrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gilext.comparison.comparing import Comparison
from gilext.core.environment import Environment, environment_line
from gilext.course.claims import CLAIMS
from gilext.recording.holds import Hold, Holds
from gilext.recording.results import Recording
from gilext.render import files, picture

DOCS = Path(__file__).parent.parent
RESULTS = DOCS / "results"
GENERATED = DOCS / "_generated"


def run_of(name: str) -> dict[str, Any]:
    """Return a kept run."""
    run: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return run


def place_of(run: dict[str, Any]) -> str:
    """Return where and when it ran, in words."""
    kept = {"cores_unknown_reason": None} | run["environment"]
    return f"{environment_line(cattrs.structure(kept, Environment))}, {run['date']}"


class RunDirective(SphinxDirective):
    """``{run} NAME``: what the run of a lesson printed, with interpreter and date."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a caption and a literal block."""
        (name,) = self.arguments
        run = run_of(name)
        self.env.note_dependency(str(RESULTS / f"{name}.json"))
        caption = nodes.paragraph("", "", nodes.literal("", run["command"]))
        caption += nodes.Text(f", {place_of(run)}:")
        block = nodes.literal_block(run["text"], run["text"])
        block["language"] = "text"
        return [caption, block]


class PublishedDirective(SphinxDirective):
    """``{published} NAME``: the published claim and figure, today's, and why they differ."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a list of four terms."""
        (name,) = self.arguments
        claim, run = CLAIMS[name], run_of(name)
        self.env.note_dependency(str(RESULTS / f"{name}.json"))
        result = run["result"]
        today = result.get("sentence") or run["text"].split("\n\n")[-1].replace("\n", " ")
        terms = {
            "Published": claim.claim,
            "Published figure": claim.published,
            f"Today, {place_of(run)}": today,
            "Why": claim.why,
        }
        listed = nodes.definition_list()
        for term, words in terms.items():
            inline, messages = self.parse_inline(words)
            listed += nodes.definition_list_item(
                "",
                nodes.term("", term),
                nodes.definition("", nodes.paragraph("", "", *inline), *messages),
            )
        return [listed]


def draw_pictures(_: Sphinx, __: object) -> None:
    """Draw what the pages show, from the kept runs."""
    GENERATED.mkdir(exist_ok=True)
    converter = cattrs.Converter()
    converter.register_structure_hook(
        Holds, lambda kept, _: Holds.of([Hold(*row) for row in zip(*kept.values(), strict=True)])
    )
    comparison = converter.structure(run_of("held_vs_released")["result"], Comparison)
    picture.save(comparison, GENERATED / "compare.svg")
    recording = converter.structure(run_of("recording")["result"], Recording)
    files.save(recording, GENERATED / "recording.svg")
    (GENERATED / "extra").mkdir(exist_ok=True)
    files.save(recording, GENERATED / "extra" / "recording.html")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("run", RunDirective)
    app.add_directive("published", PublishedDirective)
    # Before the theme looks for the folder of the page that is copied as it is.
    app.connect("config-inited", draw_pictures, priority=100)
    return {"parallel_read_safe": True}
