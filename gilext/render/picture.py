"""A comparison as a picture, drawn by matplotlib (the extra ``gilext[plot]``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gilext.comparison.ways import releases
from gilext.render.files import check_target
from gilext.render.palette import HELD, OTHER, RELEASED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gilext.comparison.comparing import Comparison

_LINE = "#333333"
_COLOURS = {True: RELEASED, False: HELD, None: OTHER}
_WITH_GIL = {
    True: "threads, GIL released",
    False: "threads, GIL held",
    None: "no shared GIL",
}
_WITHOUT_GIL = {
    True: "threads, detached",
    False: "threads, attached",
    None: "no shared interpreter",
}


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
    colours = [_COLOURS[releases(row.way)].day for row in rows]
    speedups = [row.speedup for row in rows]
    axes.barh([row.title for row in rows], speedups, color=colours, xerr=spread, ecolor=_LINE)
    for position, row in enumerate(rows):
        axes.text(0.03, position, f"{row.speedup:.2f}", va="center", color="white")
    labels = _WITH_GIL if comparison.environment.gil_enabled else _WITHOUT_GIL
    axes.legend(
        handles=[Patch(color=_COLOURS[kind].day, label=label) for kind, label in labels.items()],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
        ncols=3,
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
