"""Charts as SVG drawn here: geometry in attributes, colour by class, the numbers readable without seeing."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Row = tuple[str, int, str]
WIDTH, LABEL, LINE = 480, 190, 28
LONGEST_LABEL = 25


def bars(rows: Sequence[Row], caption: str) -> SafeString:
    """Draw horizontal bars; the table with the same numbers stands behind it in a disclosure."""
    most = max((number for _label, number, _url in rows), default=0) or 1
    room = WIDTH - LABEL - 50
    drawn = format_html_join(
        "",
        '<text class="chart-label" x="0" y="{}">{}</text><rect class="chart-bar" x="{}" y="{}" width="{}" height="14" rx="2"/>'
        '<text class="chart-number" x="{}" y="{}">{}</text>',
        (
            (
                index * LINE + 19,
                label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…",
                LABEL,
                index * LINE + 8,
                max(2, number * room // most) if number else 0,
                LABEL + (number * room // most) + 8,
                index * LINE + 20,
                number,
            )
            for index, (label, number, _url) in enumerate(rows)
        ),
    )
    text = ", ".join(f"{label}: {number}" for label, number, _url in rows)
    picture = format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}. {}" focusable="false">{}</svg>',
        WIDTH,
        max(1, len(rows)) * LINE,
        caption,
        text,
        drawn,
    )
    return format_html("{}{}", picture, _table(rows, caption))


def _table(rows: Sequence[Row], caption: str) -> SafeString:
    lines = format_html_join(
        "",
        '<tr><td>{}</td><td class="number">{}</td></tr>',
        ((format_html('<a href="{}">{}</a>', url, label) if url else label, number) for label, number, url in rows),
    )
    return format_html(
        '<details class="behind"><summary>{}</summary><table class="table"><caption class="visually-hidden">{}</caption>'
        "<tbody>{}</tbody></table></details>",
        _("Numbers and lists"),
        caption,
        lines,
    )
