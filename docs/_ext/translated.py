"""Keeps the Korean pages in step: each notes a digest of the English text that it tells.

``docs/korean.py`` lists those whose English text has changed since.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gilext.course.published import TABLE, Row

DOCS = Path(__file__).parent.parent
KOREAN = DOCS / "ko"
CLAIMS = KOREAN / "claims.toml"
_NOTED = re.compile(r"^% Tells (?P<english>\S+) as of (?P<digest>[0-9a-f]{12})$", re.MULTILINE)


class Part(NamedTuple):
    """A page or a claim that is told in Korean.

    Attributes
    ----------
    name : str
        What it is called on the command line.
    english : str
        What it tells.
    noted, digest : str
        The digest of the English text when it was told, and today.
    """

    name: str
    english: str
    noted: str
    digest: str

    @property
    def is_stale(self) -> bool:
        """Whether the English text has changed since."""
        return self.noted != self.digest


def digest_of(*texts: str) -> str:
    """Return a digest of some texts, whatever their lines and spaces."""
    words = "\n".join(" ".join(text.split()) for text in texts)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def digest_of_claim(row: Row) -> str:
    """Return a digest of what is told of a claim."""
    return digest_of(row.published, row.figure, row.standing, row.today, row.why)


@cache
def korean_claims() -> dict[str, dict[str, str]]:
    """Return the claims in Korean, by key."""
    return tomllib.loads(CLAIMS.read_text(encoding="utf-8"))


def korean_of(row: Row) -> Row:
    """Return a claim with its words in Korean."""
    told = korean_claims()[row.key]
    return row._replace(
        published=told["published"],
        figure=told.get("figure", row.figure),
        today=told["today"],
        why=told["why"],
    )


def pages() -> list[Part]:
    """Return the pages that tell an English one."""
    found = []
    for path in sorted(KOREAN.glob("*.md")):
        noted = _NOTED.search(path.read_text(encoding="utf-8"))
        if noted is not None:
            english = (KOREAN / noted["english"]).read_text(encoding="utf-8")
            found.append(Part(path.stem, noted["english"], noted["digest"], digest_of(english)))
    return found


def claims() -> list[Part]:
    """Return the claims."""
    return [
        Part(
            f"claims.{row.key}", row.key, korean_claims()[row.key]["english"], digest_of_claim(row)
        )
        for rows in TABLE.values()
        for row in rows
    ]


def accept(part: Part) -> None:
    """Note that a part tells the English text of today."""
    if part.name.startswith("claims."):
        text = CLAIMS.read_text(encoding="utf-8")
        head = f'[{part.english}]\nenglish = "'
        CLAIMS.write_text(
            text.replace(f'{head}{part.noted}"', f'{head}{part.digest}"'), encoding="utf-8"
        )
        korean_claims.cache_clear()
        return
    path = KOREAN / f"{part.name}.md"
    old, new = (f"% Tells {part.english} as of {one}" for one in (part.noted, part.digest))
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
