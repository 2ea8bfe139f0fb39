"""Puts the kept runs of the lessons into the pages: as text, as figures, as pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cattrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gilext.core.environment import Environment, environment_line
from gilext.course.claims import CLAIMS
from gilext.recording.loading import recording_of
from gilext.recording.results import Recording
from gilext.render import files
from gilext.render.palette import PALETTE

DOCS = Path(__file__).parent.parent
RESULTS = DOCS / "results"
GENERATED = DOCS / "_generated"
WHITE, BLACK, DARK, LIGHT = "#ffffff", "#000000", "#131416", "#cfd0d0"


def run_of(name: str) -> dict[str, Any]:
    """Return a kept run."""
    run: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return run


def place_of(run: dict[str, Any]) -> str:
    """Return where and when it ran, in words."""
    kept = {"cores_unknown_reason": None} | run["environment"]
    return f"{environment_line(cattrs.structure(kept, Environment))}, {run['date']}"


def sentence_of(run: dict[str, Any]) -> str:
    """Return what a run ends with."""
    said: str = run["result"].get("sentence") or run["text"].split("\n\n")[-1].replace("\n", " ")
    return said


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
        """Return a list of three terms, or four if a figure was published."""
        (name,) = self.arguments
        claim, run = CLAIMS[name], run_of(name)
        self.env.note_dependency(str(RESULTS / f"{name}.json"))
        terms = {
            "Published": claim.claim,
            "Published figure": claim.published,
            f"Today, {place_of(run)}": sentence_of(run),
            "Why": claim.why,
        }
        listed = nodes.definition_list()
        for term, words in terms.items():
            if words == "-":
                continue
            inline, messages = self.parse_inline(words)
            listed += nodes.definition_list_item(
                "",
                nodes.term("", term),
                nodes.definition("", nodes.paragraph("", "", *inline), *messages),
            )
        return [listed]


def kept_recording(name: str = "recording") -> Recording:
    """Return a recording that the pages show."""
    return recording_of(run_of(name)["result"])


def draw_pictures(_: Sphinx, __: object) -> None:
    """Draw what the pages show, from the kept runs."""
    GENERATED.mkdir(exist_ok=True)
    (GENERATED / "extra").mkdir(exist_ok=True)
    for name in ("recording", "workers", "stops"):
        files.save(kept_recording(name), GENERATED / "extra" / f"{name}.html")
    drawn = GENERATED / "recording.svg"
    files.save(kept_recording(), drawn)
    at_night = by_night(drawn.read_text(encoding="utf-8"))
    (GENERATED / "recording-dark.svg").write_text(at_night, encoding="utf-8")


def by_night(drawn: str) -> str:
    """Return a picture in the colours for a dark ground."""
    for colour in PALETTE.values():
        drawn = drawn.replace(colour.day, colour.night)
    drawn = drawn.replace(f"fill: {WHITE}", f"fill: {DARK}").replace(f": {BLACK}", f": {LIGHT}")
    return drawn.replace("</defs>", f"<style>text {{ fill: {LIGHT} }}</style></defs>", 1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("run", RunDirective)
    app.add_directive("published", PublishedDirective)
    # Before the theme looks for the folder of the page that is copied as it is.
    app.connect("config-inited", draw_pictures, priority=100)
    return {"parallel_read_safe": True}
