"""A comparison as a picture, drawn by matplotlib (the extra ``gilext[plot]``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gilext.render.files import check_target

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gilext.comparison.comparing import Comparison

_RELEASED, _OTHER, _LINE = "#ee6677", "#4477aa", "#333333"


def save(comparison: Comparison, path: str | Path) -> None:
    """Draw a comparison: a bar per row, its spread, and the machine's limit as a line.

    Raises
    ------
    ValueError, ImportError
        As `gilext.render.files.check_target`, of a picture.
    OSError
        When the file can't be written.
    """
    target = Path(path)
    check_target(target, "picture")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.9 + 0.42 * len(comparison.rows)), layout="constrained")
    axes = figure.subplots()
    _draw_rows(axes, comparison)
    _draw_limit(axes, comparison.row("limit").speedup)
    axes.set_xlabel(
        f"speedup over one worker, {comparison.workers} workers (bar: median; line: spread)"
    )
    report = comparison.report()
    axes.set_title(f"{report.title}\n{report.place}", loc="left", fontsize="small", pad=18)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, dpi=150)


def _draw_rows(axes: Axes, comparison: Comparison) -> None:
    from matplotlib.patches import Patch

    rows = comparison.rows[::-1]
    spread = [
        [row.speedup - row.speedup_low for row in rows],
        [row.speedup_high - row.speedup for row in rows],
    ]
    colours = [_RELEASED if row.way == "released" else _OTHER for row in rows]
    speedups = [row.speedup for row in rows]
    axes.barh([row.title for row in rows], speedups, color=colours, xerr=spread, ecolor=_LINE)
    for position, row in enumerate(rows):
        axes.text(0.03, position, f"{row.speedup:.2f}", va="center", color="white")
    axes.legend(
        handles=[
            Patch(color=_RELEASED, label="C, GIL released"),
            Patch(color=_OTHER, label="other ways"),
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
        ncols=2,
        fontsize="small",
        frameon=False,
    )


def _draw_limit(axes: Axes, limit: float) -> None:
    axes.axvline(limit, color=_LINE, linestyle="--", linewidth=1)
    axes.annotate(
        f"this machine's limit: {limit:.2f}",
        (limit, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-4, 3),
        textcoords="offset points",
        horizontalalignment="right",
        fontsize="small",
    )
