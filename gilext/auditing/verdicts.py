"""What an audit says of one compiled file, in plain words, and how bad that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from gilext.auditing.evidence import has_subinterpreters, needs_gil, releases
from gilext.auditing.results import ModuleAudit

NOTHING_KNOWN = "nothing can be told"


class Rank(IntEnum):
    """How bad a verdict is, the worst first."""

    UNREADABLE = 0
    IMPORT_FAILED = 1
    NEEDS_GIL = 2
    HOLDS = 3
    ONE_INTERPRETER = 4
    UNKNOWN = 5
    FINE = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say of one compiled file.

    Attributes
    ----------
    rank : Rank
        Of the worst of it.
    words : str
        What is known and wrong, the worst first: ``"brings the GIL back; no sub-interpreters"``; what
        is known, if nothing is wrong.
    """

    rank: Rank
    words: str


def verdict_of(module: ModuleAudit) -> Verdict:
    """Return what there is to say of a compiled file, the worst first."""
    if module.error is not None:
        return Verdict(Rank.UNREADABLE, f"can't be read: {module.error}")
    if not module.is_module:
        return Verdict(Rank.FINE, "a library, no extension module")
    said = sorted(_said(module))
    wrong = [(rank, words) for rank, words in said if rank is not Rank.FINE]
    if wrong:
        return Verdict(wrong[0][0], "; ".join(words for _, words in wrong))
    rank = Rank.FINE if len(said) == len(_QUESTIONS) else Rank.UNKNOWN
    return Verdict(rank, "; ".join(words for _, words in said) or NOTHING_KNOWN)


def _said(module: ModuleAudit) -> Iterator[tuple[Rank, str]]:
    if module.declared is not None and module.declared.error is not None:
        yield Rank.IMPORT_FAILED, f"its import failed: {module.declared.error}"
    for ask, rank_of_yes, yes, rank_of_no, no in _QUESTIONS:
        answer = ask(module)
        if answer is not None:
            yield (rank_of_yes, yes) if answer else (rank_of_no, no)


_QUESTIONS = (
    (needs_gil, Rank.NEEDS_GIL, "brings the GIL back", Rank.FINE, "needs no GIL"),
    (releases, Rank.FINE, "can release the GIL", Rank.HOLDS, "never releases the GIL"),
    (
        has_subinterpreters,
        Rank.FINE, "sub-interpreters can load it",
        Rank.ONE_INTERPRETER, "no sub-interpreters",
    ),
)  # fmt: skip
