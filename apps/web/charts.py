"""Charts as SVG drawn here: geometry in attributes, colour by class, the numbers readable without seeing."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Row = tuple[str, int, str]
WIDTH, LABEL, LINE = 424, 216, 28
LONGEST_LABEL = 28
SHADES = 5


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


def stacked(rows: Sequence[Row], caption: str) -> SafeString:
    """Draw one bar whose parts are the rows, told apart by shade and by the numbered legend below it."""
    whole = sum(number for _label, number, _url in rows) or 1
    parts, edge = [], 0
    for index, (_label, number, _url) in enumerate(rows):
        width = number * WIDTH // whole
        if number:
            parts.append((index % SHADES, edge, max(1, width - 2)))
        edge += width
    drawn = format_html_join("", '<rect class="chart-part shade-{}" x="{}" y="0" width="{}" height="18"/>', parts)
    keys = format_html_join(
        "",
        '<li><svg class="chart-key" viewBox="0 0 10 10" aria-hidden="true" focusable="false">'
        '<rect class="chart-part shade-{}" width="10" height="10"/></svg> {} <strong class="number">{}</strong></li>',
        (
            (index % SHADES, format_html('<a href="{}">{}</a>', url, label) if url else label, number)
            for index, (label, number, url) in enumerate(rows)
        ),
    )
    return format_html(
        '<figure class="chart-figure"><svg class="chart" viewBox="0 0 {} 18" role="img" aria-label="{}" focusable="false">{}</svg>'
        '<ul class="chart-legend">{}</ul></figure>',
        WIDTH,
        caption,
        drawn,
        keys,
    )


def sparkline(numbers: Sequence[float], caption: str) -> SafeString:
    """Draw a line through the numbers; first, last, least and most are said in words."""
    if not numbers:
        return format_html('<span class="muted">{}</span>', _("No numbers yet."))
    least, most = min(numbers), max(numbers)
    step, span = 120 / max(1, len(numbers) - 1), (most - least) or 1
    points = " ".join(f"{index * step:.1f},{26 - (n - least) / span * 22:.1f}" for index, n in enumerate(numbers))
    words = _("%(caption)s: from %(first)s to %(last)s, least %(least)s, most %(most)s") % {
        "caption": caption, "first": numbers[0], "last": numbers[-1], "least": least, "most": most,
    }  # fmt: skip
    return format_html(
        '<svg class="sparkline" viewBox="-2 0 124 30" role="img" aria-label="{}" focusable="false">'
        '<polyline class="chart-line" points="{}"/></svg>',
        words,
        points,
    )


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
