"""Writes the table of what articles claim about the GIL, from the data of the package."""

from __future__ import annotations

from types import MappingProxyType

from course import page_of
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from translated import korean_of

from gilext.course.published import ARTICLES, TABLE, Row

TITLES = {
    "en": ("Published", "Today", "Why"),
    "ko": ("글의 주장", "지금은", "이유"),
}
LESSON = {"en": "Lesson", "ko": "실습"}
STANDINGS = {
    "en": {
        "yes": "Yes",
        "in part": "In part",
        "no longer": "No longer",
        "no": "No",
        "unknown": "Unknown",
    },
    "ko": {
        "yes": "맞다",
        "in part": "일부만 맞다",
        "no longer": "이제는 아니다",
        "no": "아니다",
        "unknown": "알 수 없다",
    },
}


class ClaimsDirective(SphinxDirective):
    """``{claims} SUBJECT``: the claims about a subject, as a table."""

    required_arguments = 1
    final_argument_whitespace = True
    language = "en"

    def run(self) -> list[nodes.Node]:
        """Return a table with a row for each claim."""
        (subject,) = self.arguments
        if subject not in TABLE:
            raise self.error(f"no claims are about {subject!r}")
        rows = [TITLES[self.language], *map(self.cells_of, TABLE[subject])]
        listed = "\n".join("* - " + "\n  - ".join(cells) for cells in rows)
        return self.parse_text_to_nodes(
            f":::{{list-table}}\n:class: claims\n:header-rows: 1\n:widths: 30 35 35\n\n{listed}\n:::"
        )

    def cells_of(self, row: Row) -> tuple[str, str, str]:
        """Return the cells of a row, as Markdown."""
        told = row if self.language == "en" else korean_of(row)
        letters = ", ".join(row.articles)
        source = f"{letters}: {told.figure}" if told.figure else letters
        standing = STANDINGS[self.language][row.standing]
        return (
            _cell(told.published, f"*{source}*"),
            _cell(f"**{standing}.** {told.today}", self.link_to(row.lesson)),
            _cell(told.why),
        )

    def link_to(self, lesson: str) -> str:
        """Return a link to the page of a lesson."""
        page = page_of(lesson) if lesson else None
        if page is None:
            return ""
        return f"{LESSON[self.language]}: {{doc}}`{lesson} </course/lessons/{page.stem}>`"


class KoreanClaimsDirective(ClaimsDirective):
    """``{claims-ko} SUBJECT``: the same, in Korean."""

    language = "ko"


class ArticlesDirective(SphinxDirective):
    """``{articles}``: the articles, each with its letter."""

    notes = MappingProxyType({letter: article.note for letter, article in ARTICLES.items()})

    def run(self) -> list[nodes.Node]:
        """Return a list."""
        lines = [
            f"- **{letter}**: “{article.title}”{self.notes[letter] and f', {self.notes[letter]}'}"
            for letter, article in ARTICLES.items()
        ]
        return self.parse_text_to_nodes("\n".join(lines))


class KoreanArticlesDirective(ArticlesDirective):
    """``{articles-ko}``: the same, in Korean."""

    notes = MappingProxyType({**ArticlesDirective.notes, "C": "메모리 관리로 시작하는 글"})


def set_language(
    app: Sphinx, page: str, template: str, context: dict[str, object], doctree: nodes.document
) -> None:
    """Say in the page's HTML that it is in Korean."""
    if page.startswith("ko/"):
        context["language"] = "ko"


def _cell(*paragraphs: str) -> str:
    """Return what stands in one cell; two asterisks in a row are a power."""
    shown = [paragraph.replace("10**", "10\\*\\*") for paragraph in paragraphs if paragraph]
    return "\n\n    ".join(shown)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("claims", ClaimsDirective)
    app.add_directive("claims-ko", KoreanClaimsDirective)
    app.add_directive("articles", ArticlesDirective)
    app.add_directive("articles-ko", KoreanArticlesDirective)
    app.connect("html-page-context", set_language)
    return {"parallel_read_safe": True}
