"""``{exercises}``: the list of the exercises, in their groups, as their ``about.toml`` have them."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gilext.course.learning.exercise import Exercise, all_exercises


class ExercisesDirective(SphinxDirective):
    """``{exercises}``: a heading for each group, and a table of what its exercises teach."""

    def run(self) -> list[nodes.Node]:
        """Return the groups."""
        for one in all_exercises():
            self.env.note_dependency(str(one.folder / "about.toml"))
        groups: dict[str, list[Exercise]] = {}
        for one in all_exercises():
            groups.setdefault(one.group, []).append(one)
        text = "\n".join(table(group, members) for group, members in groups.items())
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def table(group: str, members: list[Exercise]) -> str:
    """Return a group as Markdown; the exercises of the fast track are in bold."""
    rows = (f"| {one.number} | {title(one)} | {one.teaches} |" for one in members)
    return "\n".join(
        [f"### {group}", "", "| | exercise | what it teaches |", "|---|---|---|", *rows, ""]
    )


def title(exercise: Exercise) -> str:
    """Return an exercise's title as Markdown."""
    return f"**{exercise.title}**" if exercise.fast_track else exercise.title


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("exercises", ExercisesDirective)
    return {"parallel_read_safe": True}
