"""Small words for templates: badges, moments, people, links, fields, charts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.forms import Textarea
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.kernel import subjects
from apps.web import charts

register = template.Library()

# A sign beside the word, so that no meaning hangs on colour alone.
SIGNS = {"good": "✓", "warning": "!", "bad": "✕", "info": "i", "neutral": "•"}


@register.simple_tag
def badge(text: Any, tone: str = "neutral") -> SafeString:
    """Show a state as a word with its sign."""
    tone = tone if tone in SIGNS else "neutral"
    return format_html('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>', tone, SIGNS[tone], text)


@register.simple_tag
def moment(value: datetime | date | None) -> SafeString | str:
    """Show a moment with its zone, or a day."""
    if value is None:
        return "–"
    if not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value, "j M Y"))
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{} {}</time>', value.isoformat(), date_format(local, "j M Y, H:i"), local.tzname() or ""
    )


@register.simple_tag
def person(value: Any) -> SafeString | str:
    """Show a person by name; those who left are marked."""
    if value is None:
        return _("nobody")
    if getattr(value, "is_active", True):
        return format_html("{}", value)
    return format_html('{} <span class="muted">({})</span>', value, _("has left"))


@register.simple_tag
def subject_link(value: Any) -> SafeString | str:
    """Link a record to its page."""
    known = subjects.type_of(value) if hasattr(value, "_meta") else None
    if known is None or known.url is None:
        return format_html("{}", value)
    return format_html('<a href="{}">{}</a>', known.url(value), known.label(value))


@register.simple_tag
def disabled_action(decision: Any, label: Any) -> SafeString:
    """Show a button that may not be used now, with the reason that everybody can read."""
    return format_html(
        '<span class="refused"><button type="button" class="button secondary" disabled>{}</button> '
        '<span class="muted">{}</span></span>',
        label,
        decision.reason,
    )


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """Show what needs mending at the top, each line linked to its field."""
    return {"form": form, "items": form.error_items if form is not None and form.is_bound and form.errors else []}


@register.inclusion_tag("components/field.html")
def field(bound: Any) -> dict[str, Any]:
    """Show a field with label, hint, error and control."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", None) or type(widget).__name__.lower()
    group = type(widget).__name__ in ("RadioSelect", "CheckboxSelectMultiple")
    limit = getattr(bound.field, "max_length", None) if isinstance(widget, Textarea) else None
    single_check = kind == "checkbox" and not group
    return {"field": bound, "kind": kind, "group": group, "single_check": single_check, "limit": limit}


@register.simple_tag
def form_fields(form: Any) -> SafeString:
    """Show all fields of a form, the hidden ones first."""
    hidden = format_html_join("", "{}", ((bound,) for bound in form.hidden_fields()))
    return hidden + format_html_join(
        "", "{}", ((render_to_string("components/field.html", field(b)),) for b in form.visible_fields())
    )


@register.simple_tag
def bars(rows: Any, caption: Any = "") -> SafeString:
    """Draw labelled bars as SVG; `rows` are (label, number, address)."""
    return charts.bars(list(rows), str(caption))


@register.simple_tag
def stacked(rows: Any, caption: Any = "") -> SafeString:
    """Draw one bar of several parts as SVG with its legend; `rows` are (label, number, address)."""
    return charts.stacked(list(rows), str(caption))


@register.simple_tag
def sparkline(numbers: Any, caption: Any = "") -> SafeString:
    """Draw a small line of numbers over time; the caption says what it shows."""
    return charts.sparkline(list(numbers), str(caption))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look a key up."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def choice_labels(values: Any, enumeration: str = "") -> str:
    """Join values as text."""
    return ", ".join(str(value) for value in values or [])


@register.simple_tag(takes_context=True)
def render_panel(context: Any, panel: Any, panel_context: Any) -> str:
    """Render a panel that another room registered for this page."""
    return render_to_string(panel.template, panel_context, request=context.get("request"))
