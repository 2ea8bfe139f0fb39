"""Where a test spent its time, in words."""

from __future__ import annotations

from collections.abc import Sequence

from gilext.recording.lines import own_frame
from gilext.recording.parts import Frame


def described(frames: Sequence[Frame]) -> str:
    """Return the place of a stack, in words: the test's own line, and the line that it led to."""
    own, innermost = own_frame(frames), frames[0]
    place = f"{own.file}:{own.line} {own.function}"
    if own is innermost:
        return place
    return f"{place}, in {innermost.file}:{innermost.line} {innermost.function}"
