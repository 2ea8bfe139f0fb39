"""A Sphinx extension: the GIL table of a library on a page of its documentation.

Add ``"gilext.integrations.sphinx"`` to the `extensions` in ``conf.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from gilext.auditing.tables.gil_report import FIGURES, SHOWN, figures_table, in_figures, notes_of
from gilext.auditing.tables.gil_table import GilTable, load_table
from gilext.core.environment import environment_line
from gilext.core.report import Column, Table
from gilext.core.version import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from gilext.auditing.tables.gil_rows import GilRow


def _figures(argument: str | None) -> tuple[str, ...]:
    keys = _words(argument)
    for key in keys:
        if key not in FIGURES:
            raise ValueError(f"there is no column {key!r}; there are {', '.join(FIGURES)}")
    return keys


def _words(argument: str | None) -> tuple[str, ...]:
    words = tuple(filter(None, map(str.strip, (argument or "").split(","))))
    if not words:
        raise ValueError("it needs one word, or more with commas between them")
    return words


class GilTableDirective(SphinxDirective):
    """``gil-table PATH``: a table that ``GilTable.save`` wrote as JSON, drawn as a table.

    The path is relative to the document, or to the folder of the sources if it begins with ``/``.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "caption": directives.unchanged_required,
        "functions": _words,
        "columns": _figures,
        "hide-place": directives.flag,
        "hide-reasons": directives.flag,
        "class": directives.class_option,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return the table, then where it was made, then why some rows have no verdict."""
        relative, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        try:
            table = load_table(path)
        except OSError as error:
            raise self.error(f"can't read {relative!r}: {error.strerror}") from error
        except ValueError as error:
            raise self.error(str(error)) from error
        rows = self._chosen(table)
        drawn = figures_table(rows, self.options.get("columns", SHOWN))
        found: list[nodes.Node] = [self._drawn(drawn, rows)]
        if "hide-place" not in self.options:
            said = (_place(table), *notes_of(table))
            found += [nodes.paragraph("", text, classes=["gil-place"]) for text in said]
        if "hide-reasons" not in self.options:
            found += _reasons(rows)
        return found

    def _chosen(self, table: GilTable) -> list[GilRow]:
        patterns = self.options.get("functions", ("*",))
        for pattern in patterns:
            if not any(fnmatchcase(row.function, pattern) for row in table.rows):
                raise self.error(f"the table has no function {pattern!r}")
        return [
            row
            for row in table.rows
            if any(fnmatchcase(row.function, pattern) for pattern in patterns)
        ]

    def _drawn(self, table: Table, rows: Sequence[GilRow]) -> nodes.table:
        drawn = nodes.table(classes=["gil-table", *self.options.get("class", [])])
        if "caption" in self.options:
            inline, messages = self.parse_inline(self.options["caption"])
            drawn += nodes.title(self.options["caption"], "", *inline, *messages)
        group = nodes.tgroup(cols=len(table.columns))
        drawn += group
        for column in table.columns:
            group += nodes.colspec(colwidth=2 if column.is_text else 1)
        titles = [_entry(column, column.title) for column in table.columns]
        group += nodes.thead("", nodes.row("", *titles))
        group += nodes.tbody(
            "", *(_row(table, *both) for both in zip(table.rows, rows, strict=True))
        )
        self.set_source_info(drawn)
        self.add_name(drawn)
        return drawn


def _row(table: Table, cells: Sequence[Any], row: GilRow) -> nodes.row:
    verdict = row.verdict if row.is_judged else "unknown"
    return nodes.row(
        "",
        *(
            _entry(column, column.text(cell), literal=place == 0)
            for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True))
        ),
        classes=[nodes.make_id(f"gil-{verdict}")],
    )


def _entry(column: Column, text: str, *, literal: bool = False) -> nodes.entry:
    words = nodes.literal(text, text) if literal else nodes.Text(text)
    classes = [] if column.is_text else ["text-right"]
    return nodes.entry("", nodes.paragraph("", "", words), classes=classes)


def _place(table: GilTable) -> str:
    packages = [str(one) for one in table.packages]
    return ", ".join((*packages, environment_line(table.environment), table.date)) + "."


def _reasons(rows: Sequence[GilRow]) -> Iterator[nodes.Node]:
    unjudged = [row for row in rows if not row.is_judged]
    if unjudged:
        yield nodes.paragraph("", "Without a verdict:")
        yield nodes.bullet_list("", *map(_reason, unjudged), bullet="-", classes=["gil-reasons"])


def _reason(row: GilRow) -> nodes.list_item:
    size = f", {in_figures(row.size)}" if row.size else ""
    name = nodes.literal(row.function, row.function)
    return nodes.list_item("", nodes.paragraph("", "", name, nodes.Text(f"{size}: {row.why}")))


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive."""
    app.add_directive("gil-table", GilTableDirective)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
