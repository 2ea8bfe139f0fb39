"""Recordings, and other files, as arguments of commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from gilext.auditing.tables.gil_table import GilTable, is_table, load_table
from gilext.recording.loading import load_recording
from gilext.recording.results import Recording

_T = TypeVar("_T")


def recording_named(name: str) -> Recording:
    """Return the recording of a file; errors as `file_named`."""
    return file_named(load_recording, name)


def recording_or_table_named(name: str) -> Recording | GilTable:
    """Return the recording of a file, or the GIL table that it is; errors as `file_named`."""
    if file_named(is_table, name):
        return file_named(load_table, name)
    return recording_named(name)


def file_named(load: Callable[[str], _T], name: str) -> _T:
    """Return what a function makes of a file.

    Raises
    ------
    click.BadParameter
        If it can't be read, or has something else.
    """
    try:
        return load(name)
    except OSError as error:
        raise click.BadParameter(f"can't read {name!r}: {error.strerror}") from error
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
