"""Results as a piece of HTML, for notebooks."""

from __future__ import annotations

from functools import singledispatch
from html import escape

from gilext.comparison.comparing import Comparison
from gilext.render import text


@singledispatch
def render(result: object) -> str:
    """Return a result as HTML: its text in a ``pre``, where there is no better form."""
    return f"<pre>{escape(text.render(result, width=100))}</pre>"


@render.register
def _(comparison: Comparison) -> str:
    longest = max(row.speedup for row in comparison.rows)
    body = "".join(
        "<tr>"
        f'<td style="text-align:left">{escape(row.title)}</td>'
        f"<td>{row.wall_seconds * 1e3:.1f}</td>"
        f"<td>{row.cpu_seconds * 1e3:.1f}</td>"
        f'<td title="{row.speedup_low:.2f} to {row.speedup_high:.2f}">{row.speedup:.2f}</td>'
        f"<td>{row.limit_share:.0%}</td>"
        f'<td style="text-align:left;width:12em"><div style="background:#4477aa;height:0.8em;'
        f'width:{100 * row.speedup / longest:.0f}%"></div></td>'
        "</tr>"
        for row in comparison.rows
    )
    head = "".join(
        f"<th>{name}</th>" for name in ("way", "wall ms", "CPU ms", "speedup", "of limit", "")
    )
    skipped = "".join(f"<p>Left out: {escape(reason)}</p>" for reason in comparison.skipped)
    return (
        f"<div><p><b>{escape(text.heading(comparison))}</b><br>"
        f"{escape(text.place(comparison.environment))}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{escape(comparison.verdict)}</p>{skipped}</div>"
    )
