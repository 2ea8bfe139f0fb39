"""Writes the pages on what goes wrong: from the mistakes' own folders, and from kept runs."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gilext.course.pairs.marked_lines import marked_lines
from gilext.course.pairs.mistake import FoundBy, Mistake, mistakes
from gilext.course.pairs.pair import link_of

FREE_THREADED = "free-threaded"
RUNS = Path(__file__).parents[1] / "results" / "mistakes.json"
NAMES_OF_CODE = re.compile(r"\b(?:Py[A-Z_]?\w*_\w+|Py_\w+|[a-z_.]+\(\)|Py\w+\(\)|use\.py)(?:\(\))?")
Runs = dict[str, dict[str, Any]]


class MistakesDirective(SphinxDirective):
    """``{mistakes}``: all of them in a table, with what each does on which interpreter."""

    def run(self) -> list[nodes.Node]:
        """Return a table, and a paragraph that names the interpreters."""
        runs = _kept_runs(self)
        rows = [
            [str(one.number), f"{{doc}}`{one.title} <{_page_of(one)}>`", _effects(runs, one)]
            for one in mistakes().values()
        ]
        table = _table([["", "mistake", "what it does"], *rows])
        return self.parse_text_to_nodes(f"{table}\n\nThese runs are of CPython {', '.join(runs)}.")


class MistakeDirective(SphinxDirective):
    """``{mistake} NAME``: what is wrong, how it ends, the repair, and what finds it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the whole of its page."""
        one = mistakes()[self.arguments[0]]
        for path in one.folder.iterdir():
            self.env.note_dependency(str(path))
        runs = _kept_runs(self)
        parts = [
            _with_code(one.wrong),
            _code(one, "mistake"),
            "**How it ends**",
            _ends(runs, one),
            "**The repair**",
            _with_code(one.right),
            _code(one, "repair"),
            "**What finds it**",
            "\n".join(_finder(runs, one, found_by) for found_by in one.found_by),
            f"**Run it**: `gilext lab mistakes {one.name}` builds and runs both, and asks the tools.",
            "**Seen in** " + ", ".join(f"[{name}]({link_of(name)})" for name in one.evidence),
            *(
                _whole(path)
                for path in sorted(one.folder.iterdir())
                if path.suffix in (".c", ".py")
            ),
        ]
        return self.parse_text_to_nodes("\n\n".join(parts))


def _kept_runs(directive: SphinxDirective) -> Runs:
    directive.env.note_dependency(str(RUNS))
    runs: Runs = json.loads(RUNS.read_text(encoding="utf-8"))
    return runs


def _page_of(one: Mistake) -> str:
    return f"/course/mistakes/{one.folder.name}"


def _effects(runs: Runs, one: Mistake) -> str:
    """Return what a mistake does, and on which interpreters if that differs."""
    ends = {
        label: _short_end(of["runs"][one.name])
        for label, of in runs.items()
        if one.name in of["runs"]
    }
    groups = [(effect, list(labels)) for effect, labels in groupby(ends, ends.__getitem__)]
    if len(groups) == 1:
        return groups[0][0]
    return "<br>".join(f"{_range(labels, list(ends))}: {effect}" for effect, labels in groups)


def _range(labels: list[str], every: list[str]) -> str:
    """Return in words which of all interpreters these are; free-threaded ones come last."""
    with_a_gil = [label for label in every if FREE_THREADED not in label]
    if labels == with_a_gil:
        return "with a GIL"
    if not {*labels} & {*with_a_gil}:
        return FREE_THREADED
    first, last = (label.rpartition(".")[0] for label in (labels[0], labels[-1]))
    if labels[-1] == every[-1]:
        return f"since {first}"
    return f"until {last}" if labels[0] == every[0] else f"{first} to {last}"


def _short_end(end: dict[str, Any]) -> str:
    short: str = end["short"]
    return short if short.startswith("work") else f"**{short}**"


def _ends(runs: Runs, one: Mistake) -> str:
    rows = [
        [
            f"CPython {label}",
            _in_cell(of["runs"][one.name]["mistake"]),
            _in_cell(of["runs"][one.name]["repair"]),
        ]
        for label, of in runs.items()
        if one.name in of["runs"]
    ]
    return _table([["", "the mistake", "its repair"], *rows])


def _finder(runs: Runs, one: Mistake, found_by: FoundBy) -> str:
    """Return an item that names a tool, and what it said on the newest interpreter that asked it."""
    item = f"- *{found_by.tool}*: {_with_code(found_by.note.strip())}"
    said = {
        label: of["runs"][one.name]["said"][found_by.tool]
        for label, of in runs.items()
        if found_by.tool in of["runs"].get(one.name, {"said": {}})["said"]
    }
    if said:
        label = "3.13.0" if "3.13.0" in said else list(said)[-1]
        wrong, right = said[label]
        item += f"\n\n  On CPython {label} it said of the mistake, and then of the repair:\n"
        item += f"\n  ```text\n  {wrong}\n  {right}\n  ```"
    return item


def _code(one: Mistake, side: str) -> str:
    """Return the lines that matter, as a block of code that marks the one to look at."""
    source = one.source_of(side)
    lines = marked_lines(source, side)
    marked = ",".join(str(place) for place, line in enumerate(lines, 1) if line.is_marked)
    return _fenced(
        "\n".join(line.text for line in lines),
        source.suffix,
        f":caption: {source.name}\n:emphasize-lines: {marked}\n",
    )


def _whole(path: Path) -> str:
    text = path.read_text(encoding="utf-8").rstrip()
    return f":::{{dropdown}} All of `{path.name}`\n{_fenced(text, path.suffix)}\n:::"


def _fenced(text: str, suffix: str, options: str = "") -> str:
    language = "c" if suffix == ".c" else "python"
    return f"~~~~{{code-block}} {language}\n{options}\n{text}\n~~~~"


def _with_code(text: str) -> str:
    """Return a text with the names of functions as code."""
    return NAMES_OF_CODE.sub(lambda found: f"`{found.group()}`", text)


def _table(rows: list[list[str]]) -> str:
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])


def _in_cell(text: str) -> str:
    """Return an end with what was printed as code."""
    ended, _, said = text.partition(": ")
    return f"{ended}: `{said.replace('|', chr(92) + '|')}`" if said else ended


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("mistakes", MistakesDirective)
    app.add_directive("mistake", MistakeDirective)
    return {"parallel_read_safe": True}
