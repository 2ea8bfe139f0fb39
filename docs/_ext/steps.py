"""Shows what a step of "Build it" changes, and what came of the commands on its page."""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from runs import place_of
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).parent.parent))

from build_steps import KEPT, STEPS, says, steps, typed_on

LANGUAGES = {".c": "c", ".h": "c", ".py": "python", ".toml": "toml"}


class StepDirective(SphinxDirective):
    """What both directives know: the step that this page is of."""

    @property
    def step(self) -> str:
        """The step's name, which is the page's."""
        return self.env.docname.rpartition("/")[2]


class ChangesDirective(StepDirective):
    """``{changes} FILE``: what this step does to a file of the one before; the whole, collapsed.

    Of a new file it shows all, or the functions and structs that ``:core:`` names.
    """

    required_arguments = 1
    option_spec = {"core": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a diff and the file, or the file alone if it is new."""
        (name,) = self.arguments
        path = STEPS / self.step / name
        self.env.note_dependency(str(path))
        new = path.read_text(encoding="utf-8").rstrip("\n")
        language = LANGUAGES[path.suffix]
        before = STEPS / steps()[steps().index(self.step) - 1] / name
        if self.step != steps()[0] and before.exists():
            self.env.note_dependency(str(before))
            old = before.read_text(encoding="utf-8").rstrip("\n")
            return self.shown("diff", diff_of(old, new), name, language, new)
        if "core" not in self.options:
            return self.parse_text_to_nodes(f"~~~~{language}\n{new}\n~~~~")
        core = "\n\n".join(part_of(new, one) for one in self.options["core"].split())
        return self.shown(language, core, name, language, new)

    def shown(
        self, shown_as: str, shown: str, name: str, language: str, whole: str
    ) -> list[nodes.Node]:
        """Return what matters of a file, and all of it, collapsed."""
        visible = f"~~~~{shown_as}\n{shown}\n~~~~\n\n" if shown else ""
        return self.parse_text_to_nodes(
            f"{visible}:::{{dropdown}} All of `{name}`\n~~~~{language}\n{whole}\n~~~~\n:::"
        )


def part_of(text: str, name: str) -> str:
    """Return a function or struct of a C file, with the comment above it."""
    starts = (f"{name}(", f"struct {name} {{")
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(starts))
    last = next(number for number in range(first, len(lines)) if lines[number].startswith("}"))
    while first > 0 and lines[first - 1]:
        first -= 1
    return "\n".join(lines[first : last + 1])


def diff_of(old: str, new: str) -> str:
    """Return what changed, an empty line between places that lie apart."""
    lines = [*difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)][3:]
    return "\n".join("" if line.startswith("@@") else line for line in lines)


class SaidDirective(StepDirective):
    """``{said} N``: what the page's Nth block of commands said, in the kept run.

    ``:says:`` is a regular expression of what matters in it, spaces counting as one: the tests
    look for it in a new run on each interpreter.
    """

    required_arguments = 1
    option_spec = {"says": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a block of text; before the first one of a page, where and when it was."""
        number = int(self.arguments[0])
        file = KEPT / f"{self.step}.json"
        self.env.note_dependency(str(file))
        kept = json.loads(file.read_text(encoding="utf-8"))
        block, typed = kept["blocks"][number - 1], typed_on(self.step)[number - 1]
        if block["typed"] != typed:
            raise self.error(f"python docs/build_steps.py {self.step}: its commands changed")
        if not says(block["said"], self.options["says"]):
            raise self.error(f"the kept run doesn't say {self.options['says']}")
        text = block["said"].rstrip()
        shown: list[nodes.Node] = [nodes.literal_block(text, text, language="text")]
        if self.env.temp_data.setdefault("gilext_said_in", None) != self.env.docname:
            self.env.temp_data["gilext_said_in"] = self.env.docname
            shown.insert(0, nodes.paragraph("", f"{place_of(kept)}:"))
        return shown


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("changes", ChangesDirective)
    app.add_directive("said", SaidDirective)
    return {"parallel_read_safe": True}
