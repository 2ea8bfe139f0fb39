"""What a result says of itself, in a form that anything can draw: text, HTML, a page.

A `Report` has no colours and no widths. `gilext.core.layout` makes text of it and
`gilext.core.markup` HTML; what is richer stands in `gilext.render`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a program, as a cell of a table.

    If room is short, its folders go, the outermost first; its number never does.

    Attributes
    ----------
    file : str
        The path.
    line : int
        The number; 0 if there is none.
    what : str
        What stands there: an expression, or the function.
    lead : str
        What is written before it.
    """

    file: str
    line: int
    what: str = ""
    lead: str = ""

    def __str__(self) -> str:
        """Return it whole."""
        return self._text(self.file, self.what)

    def shortened(self, width: int) -> str:
        """Return it with as many folders as there is room for, and at least the file's name.

        If no line has room for it all, what stands there will be folded below the file.
        """
        files = [self.file]
        while "/" in files[-1].lstrip("…/"):
            files.append("…/" + files[-1].lstrip("…/").split("/", 1)[1])
        for what in (self.what, ""):
            for file in files:
                if len(self._text(file, what)) <= width:
                    return self._text(file, self.what)
        return self._text(files[-1], self.what)

    def _text(self, file: str, what: str) -> str:
        where = f"{file}:{self.line}" if self.line else file
        return printable(self.lead + " ".join(filter(None, (where, what))))


Cell = str | int | float | Place | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    title : str
        What stands over it, the unit included.
    form : str
        How its numbers are written, as ``format()`` takes it: ``".1f"``, ``","``, ``".0%"``.
    is_text : bool
        Whether it is words, which start at the left and may be folded, and not figures, which
        end at the right and are never cut.
    is_bar : bool
        Whether its numbers, 0 to 1, are drawn as bars. Where nothing can be drawn, they are left
        out, so a bar only repeats another column.
    """

    title: str = ""
    form: str = ""
    is_text: bool = False
    is_bar: bool = False

    def text(self, cell: Cell) -> str:
        """Return a cell as it is read: ``-`` for what is unknown."""
        if cell is None:
            return "-"
        if isinstance(cell, Place):
            return str(cell)
        return printable(cell) if isinstance(cell, str) else format(cell, self.form)


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows and columns.

    Attributes
    ----------
    columns : tuple of Column
        Without any title, the table is a list of names and what they stand for.
    rows : tuple of tuples
        A cell for each column.
    title : str
        What stands over the table, if it needs a title of its own.
    strong : frozenset of int
        The rows that matter most, by their index.
    rest : str
        What was left out below the last row, in words.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    strong: frozenset[int] = frozenset()
    rest: str = ""

    @property
    def is_list(self) -> bool:
        """Whether no column has a title."""
        return not any(column.title for column in self.columns)


@dataclass(frozen=True, slots=True)
class Report:
    """What a result says.

    Attributes
    ----------
    title : str
        What was found or run, in one line.
    place : str
        What it ran on, in one line.
    body : tuple of Table and str
        Tables and sentences, in the order in which they are read; ``""`` begins a paragraph.
    notes : tuple of str
        What one has to know to read the rest, a sentence each.
    """

    title: str = ""
    place: str = ""
    body: tuple[Table | str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the body."""
        return tuple(part for part in self.body if isinstance(part, str))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the body."""
        return tuple(part for part in self.body if isinstance(part, Table))


def facts(*rows: tuple[Cell, ...]) -> Table:
    """Return a list of names and what they stand for, as a table without titles."""
    return Table((Column(is_text=True), Column(is_text=True)), rows)


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 thread``, ``2,000 threads``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def share(part: float, whole: float) -> float | None:
    """Return a part of a whole, or None when there is no whole."""
    return part / whole if whole else None


def printable(text: str) -> str:
    r"""Return a text with what can't be printed written out: a lone surrogate as ``\udc80``.

    Names of threads, files and functions are the program's: they may hold line breaks, codes that
    steer a terminal, and halves of characters that no encoding takes.
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text
    )
