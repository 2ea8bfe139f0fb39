"""A mistake and its repair, built and run: how each ends, and what the tools say of it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gilext.core.environment import Environment, environment_line, info
from gilext.core.report import Column, Report, Table, facts
from gilext.core.results import Result
from gilext.course.outcomes import Outcome
from gilext.course.pairs.marked_lines import MarkedLine, marked_lines
from gilext.course.pairs.mistake import FoundBy, Mistake
from gilext.course.pairs.workplace import STARTED, Workplace

_IN_WORDS = {"hung": "hung, and was killed", "failed": "failed", "ended": "ended"}
_MAX_SAID = 160


@dataclass(frozen=True, slots=True)
class Finding:
    """What a tool said of the two modules.

    Attributes
    ----------
    tool, note : str
        Its name, and how it finds the mistake.
    of_mistake, of_repair : str or None
        What it said in this run; None if gilext doesn't run it, or it isn't here.
    as_described : bool or None
        Whether that is what the mistake's description says; None if it wasn't run.
    """

    tool: str
    note: str
    of_mistake: str | None
    of_repair: str | None
    as_described: bool | None


@dataclass(frozen=True, slots=True)
class Pair(Result):
    """How a mistake and its repair ended here.

    Attributes
    ----------
    about : Mistake
        What the mistake is.
    mistake_lines, repair_lines : tuple of MarkedLine
        The lines that matter, of each.
    mistake, repair : Outcome
        How the process ended that used the one and the other.
    as_described : bool or None
        Whether the mistake ended in a way in which it was seen to end on interpreters like this
        one; None if it wasn't seen on any.
    effect : str
        What is wrong with how the mistake ended, if the outcome doesn't say it.
    findings : tuple of Finding
        What the tools said.
    environment : Environment
        The interpreter and the cores.
    """

    about: Mistake
    mistake_lines: tuple[MarkedLine, ...]
    repair_lines: tuple[MarkedLine, ...]
    mistake: Outcome
    repair: Outcome
    as_described: bool | None
    effect: str
    findings: tuple[Finding, ...]
    environment: Environment

    def report(self) -> Report:
        """Return the mistake, its lines, both ends, and what the tools say."""
        return Report(
            title=f"mistake {self.about.number}: {self.about.title}",
            place=environment_line(self.environment),
            body=(
                self.about.wrong,
                _code(self.about.source_of("mistake"), self.mistake_lines),
                self.about.right,
                _code(self.about.source_of("repair"), self.repair_lines),
                facts(("mistake", self.mistake_in_words), ("repair", in_words(self.repair))),
                *(part for finding in self.findings for part in _found(finding)),
                *(f"Seen in {link_of(thread)}" for thread in self.about.evidence),
            ),
            notes=tuple(_notes(self)),
        )

    @property
    def short_end(self) -> str:
        """What the mistake did, in two or three words."""
        return self.effect or self.mistake.signal or self.mistake.how

    @property
    def mistake_in_words(self) -> str:
        """How the mistake ended, and what is wrong with that."""
        ended = in_words(self.mistake)
        return f"{self.effect}; {ended}" if self.effect else ended


def run_pair(mistake: Mistake) -> Pair:
    """Build a mistake and its repair, run both in processes of their own, and ask the tools.

    Raises
    ------
    NoCompiler
        If there is nothing to compile with.
    """
    with tempfile.TemporaryDirectory(prefix="gilext-") as folder:
        workplace = Workplace(mistake, Path(folder))
        outcome = workplace.use("mistake")
        endings = mistake.endings_here()
        seen = next((one for one in endings if one.is_that_of(outcome)), None)
        return Pair(
            about=mistake,
            mistake_lines=marked_lines(mistake.source_of("mistake"), "mistake"),
            repair_lines=marked_lines(mistake.source_of("repair"), "repair"),
            mistake=outcome,
            repair=workplace.use("repair"),
            as_described=seen is not None if endings else None,
            effect=seen.effect if seen is not None else "",
            findings=tuple(_ask(workplace, one) for one in mistake.found_by),
            environment=info(),
        )


def in_words(outcome: Outcome) -> str:
    """Return how a process ended, and the last line that it wrote."""
    ended = _IN_WORDS.get(outcome.how, f"crashed with {outcome.signal}")
    said = said_by(outcome)
    return f"{ended}: {said}" if said else ended


def said_by(outcome: Outcome) -> str:
    """Return the line of what a process wrote that says the most."""
    lines = [line.strip() for line in outcome.stderr.splitlines() if line.strip()]
    fatal = [
        line for line in lines if re.match(r"Fatal Python error|==\d+==ERROR|WARNING: Thread", line)
    ]
    printed = [line for line in outcome.stdout.splitlines() if line.strip() and line != STARTED]
    last = fatal[:1] or (lines[-1:] if outcome.how == "failed" else printed[-1:]) or lines[-1:]
    return last[0][:_MAX_SAID] if last else ""


def link_of(thread: str) -> str:
    """Return the address of a public thread, ``owner/repository#number``."""
    repository, _, number = thread.partition("#")
    return f"https://github.com/{repository}/issues/{number}"


def _ask(workplace: Workplace, found_by: FoundBy) -> Finding:
    if found_by.mistake is None or not found_by.interpreters.has_this_one():
        return Finding(found_by.tool, found_by.note, None, None, None)
    mistake, repair = workplace.ask(found_by, "mistake"), workplace.ask(found_by, "repair")
    if mistake is None or repair is None:
        return Finding(found_by.tool, found_by.note, None, None, None)
    of_mistake = _line_with(found_by.mistake, mistake)
    of_repair = _line_with(found_by.repair, repair)
    return Finding(
        tool=found_by.tool,
        note=found_by.note,
        of_mistake=of_mistake or in_words(mistake),
        of_repair=of_repair or in_words(repair),
        as_described=None not in (of_mistake, of_repair) and repair.how == "ended",
    )


def _line_with(pattern: str, outcome: Outcome) -> str | None:
    """Return the line of what a process wrote that a regular expression describes, or its group."""
    found = re.search(rf"^.*?(?:{pattern}).*$", outcome.stdout + outcome.stderr, re.MULTILINE)
    return found and found.group(found.lastindex or 0).strip()


def _code(source: Path, lines: tuple[MarkedLine, ...]) -> Table:
    return Table(
        columns=(Column(), Column(source.name, is_text=True)),
        rows=tuple((line.number, line.text) for line in lines),
        strong=frozenset(place for place, line in enumerate(lines) if line.is_marked),
    )


def _found(finding: Finding) -> Iterator[str | Table]:
    yield f"Found by {finding.tool}. {finding.note}"
    if finding.of_mistake is not None and finding.of_repair is not None:
        yield facts(
            ("  of the mistake", finding.of_mistake), ("  of the repair", finding.of_repair)
        )


def _notes(pair: Pair) -> list[str]:
    notes = []
    if pair.as_described is None:
        notes.append("This mistake wasn't run on an interpreter like this one before.")
    elif not pair.as_described:
        notes.append("In the runs behind its description the mistake never ended like this.")
    if pair.repair.how != "ended":
        notes.append("The repaired module should have ended well, and did not.")
    notes += [
        f"{finding.tool} said something else than its description has."
        for finding in pair.findings
        if finding.as_described is False
    ]
    return notes
