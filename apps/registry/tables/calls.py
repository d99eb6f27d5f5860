"""Decided calls as a table."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import AccessOutcome, Level
from apps.registry.models import Environment, Modality
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

TONES = {"allowed": "good", "denied": "warning"}
OUTCOMES = dict(AccessOutcome.choices)
# Why, in a few words; what is more stands in the answer that the caller got.
RULES = {
    "MCL-000": _("by its grant"),
    "MCL-001": _("who asks is not known"),
    "MCL-002": _("who asks has left or stands still"),
    "MCL-003": _("the model is not known"),
    "MCL-004": _("the version is not known, or retired"),
    "MCL-005": _("what for was not said"),
    "MCL-006": _("no grant"),
    "MCL-007": _("the grant has ended"),
    "MCL-008": _("the grant is held back"),
    "MCL-009": _("another environment"),
    "MCL-010": _("another purpose or use case"),
    "MCL-011": _("another region"),
    "MCL-012": _("another version"),
    "MCL-013": _("the system is not approved there"),
    "MCL-014": _("beyond a bound"),
    "MCL-015": _("another kind of input or data"),
    "MCL-016": _("the rate is used up"),
    "MCL-017": _("the budget is used up"),
    "MCL-020": _("a gateway alone, by its bundle"),
    "MCL-021": _("a gateway alone, without a grant that stood"),
    "MCL-022": _("a gateway alone refused it"),
}
WORDS = {
    "version": _("version %s"),
    "max_tokens": _("%s tokens"),
    "temperature": _("temperature %s"),
    "max_cost": _("at most %s"),
    "tools": _("tools %s"),
    "code": _("said: %s"),
    "bundle": _("bundle %s"),
}
VALUES = {
    "environment": dict(Environment.choices),
    "data_level": dict(Level.choices),
    "modalities": dict(Modality.choices),
}


def subject_in_words(row: Any) -> str:
    """Name who called."""
    if row.subject_kind == "system":
        return f"{row.subject_label} {row.system_name or ''}".strip()
    return row.subject_label or row.person_name or str(row.subject_id or "")


def model_in_words(row: Any) -> str:
    """Name what was called."""
    return f"{row.dataset_label} {row.model_name or ''}".strip()


def said_in_words(row: Any) -> str:
    """Say with what it was called."""
    found = []
    for one in row.fields:
        name, _equals, value = one.partition("=")
        if name in VALUES:
            found.append(", ".join(str(VALUES[name].get(part, part)) for part in value.split(",")))
        else:
            found.append(str(WORDS[name]) % value if name in WORDS else one)
    return ", ".join(found) or "–"


def _subject(row: Any) -> Any:
    if row.subject_kind == "system" and row.system_name:
        return format_html(
            '<a href="{}">{}</a>', reverse("inventory:system", args=[row.subject_label]), subject_in_words(row)
        )
    return subject_in_words(row)


def _model(row: Any) -> Any:
    if row.model_name:
        return format_html(
            '<a href="{}">{}</a>', reverse("registry:ai_model", args=[row.model_key]), model_in_words(row)
        )
    return model_in_words(row)


def _grant(row: Any) -> Any:
    if not row.grant_key:
        return "–"
    return format_html('<a href="{}">{}</a>', reverse("registry:grant", args=[row.grant_key]), row.grant_key)


def _why(row: Any) -> Any:
    return format_html('{} <span class="muted">{}</span>', RULES.get(row.rule, ""), row.rule)


class CallTable(Table):
    """Calls as they were decided."""

    caption = _("Decided calls")
    default_order = "-at"
    columns = (
        Column("at", _("When"), cell=lambda r: moment(r.at), order="at"),
        Column("subject", _("Who"), cell=_subject, value=subject_in_words),
        Column("model", _("Model"), cell=_model, value=model_in_words),
        Column(
            "outcome", _("Outcome"), cell=lambda r: badge(OUTCOMES.get(r.outcome, r.outcome), TONES.get(r.outcome, ""))
        ),
        Column("rule", _("Why"), cell=_why, value=lambda r: r.rule),
        Column("purpose", _("Purpose"), cell=lambda r: r.purpose or "–"),
        Column("said", _("With"), cell=said_in_words, value=said_in_words),
        Column("grant_key", _("Grant"), cell=_grant, value=lambda r: r.grant_key),
    )
