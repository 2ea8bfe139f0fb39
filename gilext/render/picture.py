"""Results as pictures, drawn by matplotlib (the extra ``gilext[plot]``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilext.comparison.comparing import Comparison

FORMATS = (".png", ".svg")


def check_target(path: str | Path) -> Path:
    """Return the path if a picture can be written there, before anything is measured.

    Raises
    ------
    ValueError
        When the name ends in neither ``.png`` nor ``.svg``, or its folder is missing.
    ImportError
        When matplotlib is not installed.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise ValueError(f"a picture's name must end in {' or '.join(FORMATS)}: {target.name!r}")
    if not target.parent.is_dir():
        raise ValueError(f"there is no folder {str(target.parent)!r} for the picture")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "a picture needs matplotlib: pip install 'gilext[plot]'", name="matplotlib"
        ) from error
    return target


def save(comparison: Comparison, path: str | Path) -> None:
    """Draw a comparison: a bar a row, its spread, and the machine's limit as a line.

    Raises
    ------
    ValueError, ImportError
        As `check_target`.
    OSError
        When the file can't be written.
    """
    target = check_target(path)
    from matplotlib.figure import Figure

    from gilext.render.text import heading, place

    rows = comparison.rows[::-1]
    limit = comparison.row("limit").speedup
    speedups = [row.speedup for row in rows]
    spread = [
        [row.speedup - row.speedup_low for row in rows],
        [row.speedup_high - row.speedup for row in rows],
    ]
    figure = Figure(figsize=(9, 1.6 + 0.42 * len(rows)), layout="constrained")
    axes = figure.subplots()
    colours = ["#ee6677" if row.way == "released" else "#4477aa" for row in rows]
    axes.barh([row.title for row in rows], speedups, color=colours, xerr=spread, ecolor="#333333")
    axes.axvline(limit, color="#333333", linestyle="--", linewidth=1)
    axes.annotate(
        f"this machine's limit: {limit:.2f}",
        (limit, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-4, 3),
        textcoords="offset points",
        horizontalalignment="right",
        fontsize="small",
    )
    for position, row in enumerate(rows):
        axes.text(0.03, position, f"{row.speedup:.2f}", va="center", color="white")
    axes.set_xlabel(
        f"speedup over one worker, {comparison.workers} workers (bar: median; line: spread)"
    )
    axes.set_title(
        f"{heading(comparison)}\n{place(comparison.environment)}",
        loc="left",
        fontsize="small",
        pad=18,
    )
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, dpi=150)
