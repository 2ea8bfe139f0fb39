"""Recordings as files; the suffix says what kind."""

from __future__ import annotations

import json
from pathlib import Path

from gilext.core.extras import check_extra
from gilext.core.whole_files import replacing
from gilext.recording.files import SUFFIX
from gilext.recording.results import Recording

PICTURES = (".png", ".svg")
# The first that fits counts: each stands before those that it ends with.
_KINDS = {
    ".html": "html",
    ".trace.json": "trace",
    ".speedscope.json": "speedscope",
    ".json": "json",
    ".waited.folded": "waited",
    ".folded": "held",
} | dict.fromkeys(PICTURES, "picture")


def kind_of(path: Path) -> str:
    """Return the kind that the end of a file's name says.

    Raises
    ------
    ValueError
        For a suffix that says none.
    """
    for suffix, kind in _KINDS.items():
        if path.name.lower().endswith(suffix):
            return kind
    if path.suffix.lower() == SUFFIX:
        raise ValueError(
            f"{path.name!r} can't be written: a {SUFFIX} file is made while a program runs, by "
            f"watch(file=…) or gilext watch -o"
        )
    raise ValueError(f"argument 'path' must end in {', '.join(_KINDS)}, not {path.name!r}")


def check_target(path: Path, kind: str) -> None:
    """See that a result can be written to a file as this kind, before there is a result.

    Raises
    ------
    ValueError
        When there is no such folder, or a picture's suffix is unknown.
    ImportError
        When matplotlib is missing for a picture.
    """
    if kind == "picture" and path.suffix.lower() not in PICTURES:
        raise ValueError(f"a picture must end in {' or '.join(PICTURES)}, not {path.name!r}")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"argument 'path': there is no folder {str(path.parent)!r}")
    if kind == "picture":
        check_extra("a picture", "plot", "matplotlib")


def save(recording: Recording, path: Path, kind: str | None = None) -> None:
    """Write a recording to a file, whole or not at all; without a kind, the suffix says it.

    Raises
    ------
    ValueError, ImportError
        As `kind_of` and `check_target` do; and for a file of waits, if they are unknown.
    """
    kind = kind_of(path) if kind is None else kind
    check_target(path, kind)
    with replacing(path) as temporary:
        if kind == "picture":
            from gilext.render import lanes

            lanes.save(recording, temporary)
        else:
            temporary.write_text(_text_of(recording, kind), encoding="utf-8")


def _text_of(recording: Recording, kind: str) -> str:
    if kind == "html":
        from gilext.render import page

        return page.render(recording)
    if kind == "trace":
        from gilext.render import trace

        # Perfetto shows "\\u00e9" as it stands, in the names of threads.
        return json.dumps(trace.events(recording), ensure_ascii=False)
    if kind in ("speedscope", "held", "waited"):
        from gilext.render import flame

        if kind == "speedscope":
            return json.dumps(flame.speedscope(recording))
        in_which = flame.held_seconds if kind == "held" else flame.waited_seconds
        return flame.collapsed(in_which(recording))
    return json.dumps(recording.to_dict())
