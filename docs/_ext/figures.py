"""Draws kept runs as figures that follow the page's theme and width: lanes, bars, drawings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import cattrs
from docutils import nodes
from docutils.parsers.rst import directives
from lane_spans import Span, spans_of
from runs import DOCS, RESULTS, place_of, run_of
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gilext.comparison.comparing import Comparison
from gilext.comparison.ways import releases
from gilext.recording.loading import recording_of
from gilext.render.palette import PALETTE

LANES = RESULTS / "lanes"
STATIC = DOCS / "_generated" / "static"
WIDTH, HEIGHT = 1000, 24
GAP = 0.02  # between two phases, of all that is shown
MAX_TIMES = 6
STEPS_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MEANINGS = {"held": "holds the GIL", "waited": "waits for it", "released": "runs without it"}
KINDS_IN_ORDER = ("released", "waited", "held")
KINDS = {True: "released", False: "held", None: "other"}
SHAPES = {"held": (0, HEIGHT), "released": (0, HEIGHT), "waited": (9, 6)}


class LanesDirective(SphinxDirective):
    """``{lanes} NAME``: a recorded scene, a lane for each thread; the content is the caption."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a figure."""
        path = LANES / f"{self.arguments[0]}.json"
        self.env.note_dependency(str(path))
        kept = json.loads(path.read_text(encoding="utf-8"))
        drawn = "".join(lanes(kept))
        place = f"`{kept['command']}`, {place_of(kept)}."
        return figure(self, "gil-lanes", drawn, place)


class BarsDirective(SphinxDirective):
    """``{bars} NAME``: a kept comparison, a bar for each way; the content is the caption."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a figure."""
        (name,) = self.arguments
        self.env.note_dependency(str(RESULTS / f"{name}.json"))
        run = run_of(name)
        comparison = cattrs.structure(run["result"], Comparison)
        place = f"`{run['command']}`, {place_of(run)}."
        return figure(self, "gil-bars", "".join(bars(comparison)), place)


class DrawingDirective(SphinxDirective):
    """``{drawing} NAME``: a drawing of ``docs/drawings``; the content is the caption."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a figure with the drawing in it, so that it follows the theme."""
        path = DOCS / "drawings" / f"{self.arguments[0]}.svg"
        self.env.note_dependency(str(path))
        return figure(self, "gil-drawing", path.read_text(encoding="utf-8"))


def figure(directive: SphinxDirective, kind: str, drawn: str, place: str = "") -> list[nodes.Node]:
    """Return what is drawn, with its caption."""
    alt = directive.options.get("alt")
    if alt is None:
        raise directive.error("a figure needs :alt:, which says what it shows")
    start = f'<figure class="{kind}"><div role="img" aria-label="{escape(alt)}">{drawn}</div>'
    caption = directive.parse_text_to_nodes("\n".join([*directive.content, "", place]))
    return [
        nodes.raw("", f"{start}<figcaption>", format="html"),
        *caption,
        nodes.raw("", "</figcaption></figure>", format="html"),
    ]


def lanes(kept: dict[str, Any]) -> Iterator[str]:
    """Draw a scene: its phases, a lane for each thread, an axis, and what the colours mean."""
    recording = recording_of(kept["result"])
    phases: Sequence[dict[str, Any]] = kept["phases"]
    line = TimeLine([(phase["start"], phase["end"]) for phase in phases])
    yield '<div class="phases">'
    for phase in phases:
        start, end = line.place(phase["start"], phase["end"])
        yield (
            f'<span style="left:{start:.2%};width:{end - start:.2%}">{escape(phase["name"])}</span>'
        )
    yield "</div>"
    kinds: set[str] = set()
    for label, names in kept["lanes"].items():
        spans = [
            span
            for number, thread in enumerate(recording.by_thread)
            if thread.name in names
            for span in spans_of(recording, number, phases)
        ]
        kinds |= {span.kind for span in spans}
        yield f'<div class="lane"><b>{escape(label)}</b>'
        yield (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
            'shape-rendering="crispEdges">'
        )
        for span in sorted(spans, key=lambda span: KINDS_IN_ORDER.index(span.kind)):
            yield from rectangles(span, line)
        yield "</svg></div>"
    yield from axis(line.seconds)
    yield from legend([(kind, MEANINGS[kind]) for kind in MEANINGS if kind in kinds])


class TimeLine:
    """The phases of a scene side by side, with what was between them left out."""

    def __init__(self, phases: Sequence[tuple[float, float]]) -> None:
        self._phases = phases
        shown = sum(end - start for start, end in phases)
        self._gap = GAP * shown
        self.seconds = shown + self._gap * (len(phases) - 1)

    def parts(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        """Return where the parts of a span lie that belong to a phase, 0 to 1."""
        before = 0.0
        for first, last in self._phases:
            if min(last, end) > max(first, start):
                yield (
                    (before + max(first, start) - first) / self.seconds,
                    (before + min(last, end) - first) / self.seconds,
                )
            before += last - first + self._gap

    def place(self, start: float, end: float) -> tuple[float, float]:
        """Return where a phase lies."""
        (place,) = self.parts(start, end)
        return place


def rectangles(span: Span, line: TimeLine) -> Iterator[str]:
    """Draw one span."""
    top, height = SHAPES[span.kind]
    faint = f' opacity="{span.strength:.2f}"' if span.strength < 1 else ""
    for left, right in line.parts(span.start, span.end):
        yield (
            f'<rect class="{span.kind}" x="{WIDTH * left:.1f}" y="{top}" '
            f'width="{WIDTH * (right - left):.1f}" height="{height}"{faint}/>'
        )


def axis(seconds: float) -> Iterator[str]:
    """Write a few times below the lanes."""
    step = next((step for step in STEPS_SECONDS if seconds / step <= MAX_TIMES), seconds)
    yield '<div class="axis">'
    for number in range(int(seconds / step) + 1):
        unit = " ms" if number == 0 else ""
        yield (
            f'<span style="left:{number * step / seconds:.2%}">{number * step * 1e3:.0f}{unit}</span>'
        )
    yield "</div>"


def legend(meanings: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Say what the colours mean."""
    yield '<div class="legend">'
    yield from (f'<span><i class="{kind}"></i>{meaning}</span>' for kind, meaning in meanings)
    yield "</div>"


def bars(comparison: Comparison) -> Iterator[str]:
    """Draw a comparison: a bar for each way, and the machine's limit as a line."""
    limit = comparison.row("limit").speedup
    most = max(1.06 * limit, *(row.speedup for row in comparison.rows))
    for row in comparison.rows:
        yield (
            f'<div class="bar"><b>{escape(row.title)}</b><span>'
            f'<i class="{KINDS[releases(row.way)]}" style="width:{row.speedup / most:.1%}"></i>'
            f'<u style="left:{limit / most:.1%}"></u></span><em>{row.speedup:.2f}</em></div>'
        )
    yield from legend(
        [
            ("held", "threads, GIL held"),
            ("released", "threads, GIL released"),
            ("other", "no shared GIL"),
            ("limit", "this machine's limit"),
        ]
    )


def write_palette(_: Sphinx, __: object) -> None:
    """Write the colours as a style sheet, for each of the theme's ways to be light or dark."""
    day, night = (
        "".join(f"--gil-{name}:{colour[part]};" for name, colour in PALETTE.items())
        for part in (0, 1)
    )
    STATIC.mkdir(parents=True, exist_ok=True)
    (STATIC / "palette.css").write_text(
        f"body{{{day}}}\n"
        f'body[data-theme="dark"]{{{night}}}\n'
        f'@media (prefers-color-scheme:dark){{body:not([data-theme="light"]){{{night}}}}}\n'
        "@media print{body{" + day + "}}\n",
        encoding="utf-8",
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("lanes", LanesDirective)
    app.add_directive("bars", BarsDirective)
    app.add_directive("drawing", DrawingDirective)
    app.connect("config-inited", write_palette, priority=100)
    return {"parallel_read_safe": True}
