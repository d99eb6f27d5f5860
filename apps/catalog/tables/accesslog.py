"""The access log as a table."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import AccessKind, AccessOutcome, DataAction
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

TONES = {"allowed": "good", "denied": "warning", "no_grant": "bad"}
OUTCOMES, KINDS, ACTIONS = dict(AccessOutcome.choices), dict(AccessKind.choices), dict(DataAction.choices)


def subject_in_words(row: Any) -> str:
    """Name who it was for."""
    return row.subject_label or getattr(row, "person_name", None) or str(row.subject_id or "")


def _dataset(row: Any) -> Any:
    if row.dataset_id is None or row.dataset is None:
        return row.dataset_label
    try:
        url = reverse("catalog:dataset", args=[row.dataset.key])
    except NoReverseMatch:
        return row.dataset.key
    return format_html('<a href="{}">{} {}</a>', url, row.dataset.key, row.dataset.title)


def _fields(row: Any) -> str:
    shown = ", ".join(row.fields[:3])
    return f"{shown} +{len(row.fields) - 3}" if len(row.fields) > 3 else shown or "–"


class AccessTable(Table):
    """Records of the access log."""

    caption = _("Access log")
    default_order = "-at"
    columns = (
        Column("at", _("When"), cell=lambda r: moment(r.at), order="at"),
        Column("kind", _("What"), cell=lambda r: KINDS.get(r.kind, r.kind)),
        Column("subject", _("Who"), cell=subject_in_words, value=subject_in_words),
        Column("dataset", _("Data"), cell=_dataset, value=lambda r: r.dataset_label),
        Column("action", _("Action"), cell=lambda r: ACTIONS.get(r.action, r.action)),
        Column("fields", _("Fields"), cell=_fields, value=lambda r: r.fields),
        Column("purpose", _("Purpose"), cell=lambda r: r.purpose or "–"),
        Column(
            "outcome", _("Outcome"), cell=lambda r: badge(OUTCOMES.get(r.outcome, r.outcome), TONES.get(r.outcome, ""))
        ),
        Column("grant_key", _("Grant"), cell=lambda r: r.grant_key or "–"),
        Column("rule", _("Rule"), cell=lambda r: r.rule or "–"),
    )
