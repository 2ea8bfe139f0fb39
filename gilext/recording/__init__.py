"""Question 3: who held the GIL while a program ran.

Each name is imported when it is first used: a watched child imports some of these modules as it
starts, and should import nothing heavy.
"""

from gilext.core.lazy import lazy_attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gilext.recording.holds import Hold as Hold
    from gilext.recording.holds import Holds as Holds
    from gilext.recording.lines import Caller as Caller
    from gilext.recording.lines import LineTime as LineTime
    from gilext.recording.parts import Activity as Activity
    from gilext.recording.parts import HeldStack as HeldStack
    from gilext.recording.parts import Victim as Victim
    from gilext.recording.pauses import Pause as Pause
    from gilext.recording.pauses import WaitedFor as WaitedFor
    from gilext.recording.processes import Process as Process
    from gilext.recording.results import Frame as Frame
    from gilext.recording.results import Recording as Recording
    from gilext.recording.results import StackSample as StackSample
    from gilext.recording.results import Stall as Stall
    from gilext.recording.results import StallLine as StallLine
    from gilext.recording.results import ThreadTime as ThreadTime

_HOMES = {
    "Activity": "parts",
    "Caller": "lines",
    "Frame": "results",
    "HeldStack": "parts",
    "Hold": "holds",
    "Holds": "holds",
    "LineTime": "lines",
    "Pause": "pauses",
    "Process": "processes",
    "Recording": "results",
    "StackSample": "results",
    "Stall": "results",
    "StallLine": "results",
    "ThreadTime": "results",
    "Victim": "parts",
    "WaitedFor": "pauses",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> "Any":
    return lazy_attribute(globals(), _HOMES, name)
