"""The GIL table of a library: what its functions do with the GIL, by function and size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from gilext.auditing.tables.gil_report import table_report
from gilext.auditing.tables.gil_rows import GilRow
from gilext.core.environment import Environment
from gilext.core.markdown import markdown
from gilext.core.reading import read
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.core.whole_files import replacing

FORMAT, FORMAT_VERSION = "gilext GIL table", 1
TABLE_SUFFIXES = (".json", ".md")
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution, and its version; None if it isn't installed."""

    name: str
    version: str | None

    def __str__(self) -> str:
        """Return both."""
        return f"{self.name} {self.version or '(not installed)'}"


@dataclass(frozen=True, slots=True)
class GilTable(Result):
    """What the functions of a library do with the GIL.

    Attributes
    ----------
    packages : tuple of Package
        The distributions that it is about; empty if none was named.
    date : str
        The day on which it was made, in UTC: ``"2026-11-26"``.
    environment : Environment
        What the functions ran on: of a process that checked one of them.
    rows : tuple of GilRow
        One for each function and size, in the order of the cases.
    """

    packages: tuple[Package, ...]
    date: str
    environment: Environment
    rows: tuple[GilRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what `save` writes as JSON: the format, its version, and the fields."""
        head = {"format": FORMAT, "format_version": FORMAT_VERSION}
        return head | super(GilTable, self).to_dict()

    def report(self) -> Report:
        """Return a row for each function and size, and why some have no verdict."""
        return table_report(self)

    def markdown(self) -> str:
        """Return the report as Markdown, as GitHub shows it."""
        return markdown(self.report())

    def save(self, path: str | Path) -> None:
        """Write it to a file: ``.json``, which can be read back, or ``.md``.

        Raises
        ------
        OSError
            If the file can't be written.
        ValueError
            If the path has another suffix.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".json":
                text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"
            case ".md":
                text = self.markdown()
            case _:
                raise ValueError(f"argument 'path' must end in .json or .md, not {path.name!r}")
        with replacing(path) as file:
            file.write_text(text, encoding="utf-8", errors="backslashreplace")


def load_table(path: str | Path) -> GilTable:
    """Read a table that `GilTable.save` wrote as ``.json``.

    Raises
    ------
    OSError
        If the file can't be read.
    ValueError
        If it is no such file, or has what only another gilext knows.
    """
    content = Path(path).read_bytes()
    try:
        return table_of(json.loads(content, parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is no GIL table of gilext: {error}") from None


def table_of(document: object) -> GilTable:
    """Make a table of what its `to_dict` gave.

    Raises
    ------
    ValueError
        If it is anything else, or of another version of the format.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise ValueError(f"its 'format' must be {FORMAT!r}")
    found = document.get("format_version")
    if type(found) is not int or found != FORMAT_VERSION:
        raise ValueError(
            f"its 'format_version' is {found!r}, and this gilext knows {FORMAT_VERSION}"
        )
    rest = {name: said for name, said in document.items() if not name.startswith("format")}
    table: GilTable = read(GilTable, rest)
    seen: set[tuple[str, str]] = set()
    for row in table.rows:
        if row.key in seen:
            raise ValueError(f"there are two rows of {str(row)!r}")
        seen.add(row.key)
    return table


def is_table(path: str | Path) -> bool:
    """Return whether a file says at its beginning that it is a GIL table.

    Raises
    ------
    OSError
        If it can't be read.
    """
    if Path(path).exists() and not Path(path).is_file():  # what is read from a pipe is gone
        return False
    with open(path, "rb") as file:
        return f'"{FORMAT}"'.encode() in file.read(_HEAD_BYTES)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
