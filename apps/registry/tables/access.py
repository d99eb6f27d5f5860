"""What lists of requests for models and of model grants look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.catalog.tables.access import STATUS_LABELS as OF_DATA
from apps.catalog.tables.access import STATUS_TONES, state_badge
from apps.registry.forms.access import WINDOWS
from apps.registry.models import Environment, Modality
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

__all__ = ["GrantTable", "RequestTable", "bounds_in_words", "state_badge", "status_badge", "which_in_words"]
ENVIRONMENTS = dict(Environment.choices)
# Models have owners, not stewards.
STATUS_LABELS = OF_DATA | {"waiting": gettext_lazy("Waits for a decision")}


def status_badge(request: Any) -> Any:
    """Show where a request stands."""
    return badge(STATUS_LABELS.get(request.status, request.status), STATUS_TONES.get(request.status, "neutral"))


def _subject(row: Any) -> str:
    return str(row.subject)


def _model(row: Any) -> str:
    return f"{row.ai_model.name} {which_in_words(row)}".strip()


def which_in_words(row: Any) -> str:
    """Return which versions a row is for, as people read it; empty for all of them."""
    if row.alias:
        return f"@{row.alias}"
    return row.model_version.name if row.model_version else ""


def rate_in_words(row: Any) -> str:
    """Return how often, as people read it."""
    if row.rate_limit is None:
        return _("No limit")
    window = dict(WINDOWS).get(row.rate_window) or _("%(number)s seconds") % {"number": row.rate_window}
    calls = ngettext("%(number)s call", "%(number)s calls", row.rate_limit) % {"number": f"{row.rate_limit:,}"}
    return _("%(calls)s in %(window)s") % {"calls": calls, "window": window}


def budget_in_words(row: Any) -> str:
    """Return for how much, as people read it."""
    if row.budget is None:
        return _("No limit")
    return f"{row.budget:,.2f} {row.currency} {row.get_budget_period_display()}"


def bounds_in_words(row: Any) -> list[tuple[str, str]]:
    """Return the bounds of a request or grant as sentences with their names."""
    words = dict(Modality.choices)
    tools = _("Any") if row.any_tool else ", ".join(row.tools or []) or _("None")
    tokens = f"{row.max_tokens:,}" if row.max_tokens else _("No limit")
    heat = _("No limit") if row.max_temperature is None else str(row.max_temperature)
    return [
        (_("Most output tokens a call"), tokens),
        (_("Highest temperature"), heat),
        (_("Tools"), tools),
        (_("In and out"), ", ".join(str(words.get(one, one)) for one in row.modalities)),
        (_("How often"), rate_in_words(row)),
        (_("Budget"), budget_in_words(row)),
    ]


def _environment(row: Any) -> Any:
    return ENVIRONMENTS.get(row.environment, row.environment)


class RequestTable(Table):
    """Requests for models."""

    caption = gettext_lazy("Requests for models")
    default_order = "-asked"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("status", gettext_lazy("Status"), cell=status_badge, order="status"),
        Column("subject", gettext_lazy("For"), cell=_subject, value=_subject),
        Column("model", gettext_lazy("Model"), cell=_model, value=lambda r: r.ai_model.key),
        Column("environment", gettext_lazy("Where"), cell=_environment),
        Column("use_case", gettext_lazy("Use case"), cell=lambda r: r.use_case.key, value=lambda r: r.use_case.key),
        Column("purpose", gettext_lazy("Purpose")),
        Column("days", gettext_lazy("Days"), numeric=True),
        Column("asked", gettext_lazy("Asked"), cell=lambda r: moment(r.requested_at), order="requested_at",
               value=lambda r: r.requested_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the request."""
        return reverse("registry:access_request", args=[row.key])


class GrantTable(Table):
    """Grants on models."""

    caption = gettext_lazy("Model grants")
    default_order = "until"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("state", gettext_lazy("State"), cell=state_badge, value=lambda g: g.state),
        Column("subject", gettext_lazy("For"), cell=_subject, value=_subject),
        Column("model", gettext_lazy("Model"), cell=_model, value=lambda g: g.ai_model.key),
        Column("environment", gettext_lazy("Where"), cell=_environment),
        Column("use_case", gettext_lazy("Use case"), cell=lambda g: g.use_case.key, value=lambda g: g.use_case.key),
        Column("rate", gettext_lazy("How often"), cell=rate_in_words, value=rate_in_words),
        Column("budget", gettext_lazy("Budget"), cell=budget_in_words, value=lambda g: g.budget, numeric=True),
        Column("until", gettext_lazy("Until"), cell=lambda g: moment(g.valid_until), order="valid_until",
               value=lambda g: g.valid_until),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the grant."""
        return reverse("registry:grant", args=[row.key])
