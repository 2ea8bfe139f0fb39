"""Recordings as files; the suffix says what kind."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from gilext.recording.results import Recording

_SUFFIXES = {
    ".html": "html",
    ".trace.json": "trace",
    ".json": "json",
    ".png": "picture",
    ".svg": "picture",
}


def kind_of(path: Path) -> str:
    """Return the kind that a file's name says: ``html``, ``trace``, ``json`` or ``picture``.

    Raises
    ------
    ValueError
        For a suffix that says none.
    """
    for suffix, kind in _SUFFIXES.items():
        if path.name.endswith(suffix):
            return kind
    raise ValueError(f"argument 'path' must end in {', '.join(_SUFFIXES)}, not {path.name!r}")


def check_target(path: Path, kind: str) -> None:
    """See that a recording of this kind can be written to a file, before there is one.

    Raises
    ------
    ValueError
        Where there is no such folder, or a picture's suffix is unknown.
    ImportError
        Where matplotlib is missing for a picture.
    """
    if kind == "picture" and path.suffix not in (".png", ".svg"):
        raise ValueError(f"a picture must end in .png or .svg, not {path.name!r}")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"argument 'path': there is no folder {str(path.parent)!r}")
    if kind == "picture" and find_spec("matplotlib") is None:
        raise ImportError("a picture needs matplotlib: pip install 'gilext[plot]'")


def save(recording: Recording, path: Path, kind: str | None = None) -> None:
    """Write a recording to a file, as its suffix says where no kind is given.

    Raises
    ------
    ValueError, ImportError
        As `kind_of` and `check_target` do.
    """
    kind = kind_of(path) if kind is None else kind
    check_target(path, kind)
    if kind == "picture":
        from gilext.render import lanes

        lanes.save(recording, path)
        return
    path.write_text(_text_of(recording, kind), encoding="utf-8")


def _text_of(recording: Recording, kind: str) -> str:
    if kind == "html":
        from gilext.render import page

        return page.render(recording)
    if kind == "trace":
        from gilext.render import trace

        return json.dumps(trace.events(recording))
    return json.dumps(recording.to_dict())
