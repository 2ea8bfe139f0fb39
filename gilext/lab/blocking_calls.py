"""Which calls of the standard library release the GIL? Those that may wait, and some that compute.

Each call is checked, and its verdict is compared with the one that CPython's source calls for.
"""

from __future__ import annotations

from dataclasses import dataclass

from gilext.checking.checkup import check
from gilext.core.environment import info
from gilext.lab.lesson import Lesson
from gilext.lab.standard_calls import RELEASES, standard_calls

_OTHERS = ("os.getpid, 20,000 times", "json.loads", "re.match", "sorted", "a loop in Python")


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """One call.

    Attributes
    ----------
    call : str
        What was called.
    verdict : str
        What `gilext.check` says of it.
    source_says : str
        The verdict that its source calls for.
    held_fraction : float or None
        For how much of the calls the GIL was held; None without one.
    source : str
        The file, and the place in it, that says so.
    """

    call: str
    verdict: str
    source_says: str
    held_fraction: float | None
    source: str


def check_standard_calls(seconds: float = 0.3) -> Lesson:
    """Check the calls of the standard library that release the GIL, and some that don't.

    Parameters
    ----------
    seconds : float
        How long to go on with each.

    Returns
    -------
    Lesson
        With a `CheckedCall` for each call.

    Raises
    ------
    UnsupportedInterpreter
        When the layout of the interpreter's GIL is unknown.
    """
    rows = []
    with standard_calls() as calls:
        for call in calls:
            if call.verdict == RELEASES or call.name in _OTHERS:
                checkup = check(call.function, *call.arguments, seconds=seconds)
                rows.append(
                    CheckedCall(
                        call.name, checkup.verdict, call.verdict, checkup.held_fraction, call.source
                    )
                )
    environment = info()
    right = sum(row.verdict == row.source_says for row in rows)
    releasing = sum(row.verdict == RELEASES for row in rows)
    let_others_run = "release the GIL" if environment.gil_enabled else "detach"
    return Lesson(
        title="calls of the standard library, checked",
        rows=tuple(rows),
        sentence=(
            f"{releasing} of {len(rows)} calls {let_others_run}; {right} verdicts are what the "
            "sources say."
        ),
        shown=right == len(rows),
        environment=environment,
    )
