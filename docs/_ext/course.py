"""Writes what the pages of the course say of a lesson from the catalogue, its run and its code."""

from __future__ import annotations

import ast
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from runs import run_of, sentence_of
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import gilext
from gilext.lab import EXPERIMENTS

DOCS = Path(__file__).parent.parent
ROOT = DOCS.parent
PACKAGE = Path(gilext.__file__).parent
LESSONS = DOCS / "course" / "lessons"
LISTED = "gilext_lessons_listed"


def page_of(name: str) -> Path | None:
    """Return the page of a lesson, or None if it has none yet."""
    return next(iter(sorted(LESSONS.glob(f"[0-9][0-9]_{name}.md"))), None)


def way_in(name: str) -> str:
    """Return how to run a lesson and how long it takes to teach, as Markdown."""
    parts = [f"`gilext lab {name}`"]
    parts += [
        f"`{script.relative_to(ROOT)}`"
        for script in sorted((ROOT / "examples").glob(f"[0-9][0-9]_{name}.py"))
    ]
    return " · ".join([*parts, f"{EXPERIMENTS[name].minutes} minutes"])


def first_sentence(text: str) -> str:
    """Return a text up to its first full stop."""
    start, stop, _ = text.partition(". ")
    return start + "." if stop else text


class LessonsDirective(SphinxDirective):
    """``{lessons}``: the lessons named in it, or if none is, those that no list has named yet."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a list: number and title, how to run it, what the kept run showed."""
        listed: list[str] = self.env.temp_data.setdefault(LISTED, [])
        names = " ".join(self.content).split() or [
            name for name in EXPERIMENTS if name not in listed
        ]
        unknown = sorted({*names} - EXPERIMENTS.keys())
        if unknown:
            raise self.error(f"no lesson is called {', '.join(unknown)}")
        listed += names
        return self.parse_text_to_nodes("\n".join(map(self.item, names)))

    def item(self, name: str) -> str:
        """Return what the list says of a lesson, as Markdown."""
        page = page_of(name)
        title = EXPERIMENTS[name].title
        if page is not None:
            title = f"{int(page.name[:2])}. {{doc}}`lessons/{page.stem}`"
        result = first_sentence(sentence_of(run_of(name))).replace("*", r"\*")
        return f"- **{title}**\\\n  {way_in(name)}\\\n  {result}"


class LessonDirective(SphinxDirective):
    """``{lesson} NAME``: how to run it, for the top of its page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a paragraph."""
        return self.parse_text_to_nodes(way_in(self.arguments[0]))


class ExperimentDirective(SphinxDirective):
    """``{experiment} FILE``: the functions named as its core, and the whole file, collapsed.

    The file is named from the package on; the core's functions are shown without what their
    docstrings say beyond the first line.
    """

    required_arguments = 1
    option_spec = {"core": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a block of code and a collapsed one."""
        (name,) = self.arguments
        path = PACKAGE / name
        self.env.note_dependency(str(path))
        source = path.read_text(encoding="utf-8")
        core = [one for one in self.options.get("core", "").replace(",", " ").split() if one]
        fence = "~~~~"
        text = ""
        if core:
            shown = "\n\n\n".join(short_source(source, one, self) for one in core)
            text += f"{fence}python\n{shown}\n{fence}\n\n"
        text += f":::{{dropdown}} All of `gilext/{name}`\n{fence}python\n{source.rstrip()}\n{fence}\n:::"
        return self.parse_text_to_nodes(text)


def short_source(source: str, name: str, directive: SphinxDirective) -> str:
    """Return a function or class of a file, the docstring cut to its first line."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name == name:
            start = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            body = node.body[0]
            kept = lines[start - 1 : node.end_lineno]
            if ast.get_docstring(node) and body.lineno != body.end_lineno:
                first = body.lineno - start
                last = (body.end_lineno or body.lineno) - start
                kept[first : last + 1] = [f'{kept[first].rstrip()}"""']
            return "\n".join(kept)
    raise directive.error(f"{directive.arguments[0]} has no function called {name}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("lessons", LessonsDirective)
    app.add_directive("lesson", LessonDirective)
    app.add_directive("experiment", ExperimentDirective)
    return {"parallel_read_safe": True}
