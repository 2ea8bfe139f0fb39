"""The notes in a recording's file, as JSON.

Each watched child that starts imports this module, so it does without the json module, which takes
long to import.
"""

from __future__ import annotations

import os
import sys
from _json import encode_basestring_ascii as quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gilext._native import Sampler

SUFFIX = ".gilext"  # of such a file


def note_process(sampler: Sampler, origin: str, lines: bool, environment: str = "null") -> None:
    """Note in a sampler's file which process it samples, and what that depends on, as JSON."""
    command = ", ".join(map(quoted, sys.orig_argv))
    note = (
        f'{{"parent_pid": {os.getppid()}, "origin": {quoted(origin)}, "command": [{command}],'
        f' "lines": {"true" if lines else "false"}, "python": {quoted(sys.version)},'
        f' "environment": {environment}}}'
    )
    sampler.write_note("process", note.encode())


def note_thread(sampler: Sampler, native_id: int, name: str) -> None:
    """Note in a sampler's file what a thread is called."""
    note = f'{{"native_id": {native_id}, "name": {quoted(name)}}}'
    sampler.write_note("thread", note.encode())


def note_unwatched(sampler: Sampler, reason: str) -> None:
    """Note in a sampler's file why child processes are missing."""
    sampler.write_note("children", f'{{"unavailable_reason": {quoted(reason)}}}'.encode())
