"""Selections as people read them: the list, and the table of candidates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.registry.models import SelectionStatus, YesNo
from apps.registry.queries.selections import LABELS
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

STATUS_TONES = {"open": "info", "decided": "good", "abandoned": "neutral"}
STATUS_LABELS = dict(SelectionStatus.choices)
YES_NO = dict(YesNo.choices)
VERDICTS = {
    "met": (gettext_lazy("Met"), "good"),
    "not_met": (gettext_lazy("Not met"), "bad"),
    "unknown": (gettext_lazy("Unknown"), "warning"),
}
FIELDS = {"quality": "quality", "price": "cost", "latency": "latency_ms", "risk": "risk", "region": "region"}


class SelectionTable(Table):
    """Comparisons."""

    caption = gettext_lazy("Selections")
    default_order = "-opened_at"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("title", gettext_lazy("What is chosen")),
        Column("use_case", gettext_lazy("Use case"), cell=lambda s: s.use_case, value=lambda s: s.use_case.key),
        Column(
            "status",
            gettext_lazy("State"),
            cell=lambda s: badge(STATUS_LABELS[s.status], STATUS_TONES[s.status]),
            value=lambda s: s.status,
        ),
        Column("chosen", gettext_lazy("Chosen"), cell=lambda s: s.chosen.name if s.chosen else "–"),
        Column("opened_at", gettext_lazy("Opened"), cell=lambda s: moment(s.opened_at), order="opened_at"),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the comparison."""
        return reverse("registry:selection", args=[row.key])


def shown(table: dict[str, Any], versions: dict[str, Any]) -> dict[str, Any]:
    """Return the table for the page: a column for each candidate, a line for each thing to know."""
    candidates = table["candidates"]
    lines = [_need_line(need, candidates, table["currency"]) for need in table["needs"]]
    named = {need["criterion"] for need in table["needs"]}
    if "price" not in named:
        lines.append(
            _line(_("Price"), _("a month"), [(_money(c["cost"], table["currency"]),) for c in candidates], candidates)
        )
    lines.append(_line(_("What the terms say"), "", [(c["terms"] or "–",) for c in candidates], candidates))
    lines.append(_line(_("Measured"), "", [(c["evidence"] or "–",) for c in candidates], candidates))
    if any(c["notes"] for c in candidates):
        lines.append(_line(_("Notes"), "", [(c["notes"] or "–",) for c in candidates], candidates))
    columns = [
        {**c, "version": versions.get(c["model_version"]), "words": standing_in_words(c), "eligible": not c["fails"] and not c["lacks"]}
        for c in candidates
    ]  # fmt: skip
    return {"columns": columns, "lines": lines}


def standing_in_words(candidate: dict[str, Any]) -> str:
    """Say how a candidate stands: its score, or why it is out."""
    parts = []
    if candidate["fails"]:
        parts.append(_("does not meet %(needs)s") % {"needs": _names(candidate["fails"])})
    if candidate["lacks"]:
        parts.append(_("not known whether it meets %(needs)s") % {"needs": _names(candidate["lacks"])})
    if not parts:
        if candidate["score"] is None:
            return str(_("meets every must"))
        parts.append(_("%(score)s of 100") % {"score": candidate["score"]})
    return "; ".join(str(part) for part in parts)


def _names(criteria: list[str]) -> str:
    return ", ".join(str(LABELS[name]) for name in criteria)


def _need_line(need: dict[str, Any], candidates: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    criterion = need["criterion"]
    cells = [
        (
            _value(criterion, c, currency),
            VERDICTS.get(c["verdicts"].get(criterion, "")),
            criterion in c["best"],
        )
        for c in candidates
    ]
    return _line(str(LABELS[criterion]), _in_words(need, currency), cells, candidates, must=need["must"])


def _line(
    label: Any, hint: Any, cells: list[tuple[Any, ...]], candidates: list[dict[str, Any]], must: bool = False
) -> dict[str, Any]:
    found = []
    for cell, candidate in zip(cells, candidates, strict=True):
        text, verdict, best = (*cell, None, False)[:3]
        found.append({"name": candidate["name"], "text": text, "verdict": verdict, "best": best})
    return {"label": label, "hint": hint, "must": must, "cells": found}


def _in_words(need: dict[str, Any], currency: str) -> str:
    parts = []
    if need.get("least"):
        parts.append(_("at least %(bound)s") % {"bound": need["least"]})
    if need.get("most"):
        units = {"price": _("%(currency)s a month") % {"currency": currency}, "latency": "ms"}
        parts.append(_("at most %(bound)s") % {"bound": f"{need['most']} {units.get(need['criterion'], '')}".strip()})
    if need.get("among"):
        parts.append(", ".join(need["among"]))
    if need["criterion"] == "terms":
        parts.append(_("does not train on our data"))
    if need["weight"]:
        parts.append(_("weight %(weight)s") % {"weight": need["weight"]})
    return ", ".join(str(part) for part in parts)


def _value(criterion: str, candidate: dict[str, Any], currency: str) -> str:
    if criterion == "terms":
        label = YES_NO.get(candidate["trains_on_our_data"], candidate["trains_on_our_data"])
        return str(_("trains on our data: %(answer)s") % {"answer": str(label).lower()})
    value = candidate[FIELDS[criterion]]
    if value in (None, ""):
        return str(_("not known"))
    if criterion == "price":
        return _money(value, currency)
    return f"{value} ms" if criterion == "latency" else str(value)


def _money(value: str | None, currency: str) -> str:
    if value is None:
        return str(_("not known"))
    return f"{number_format(Decimal(value), decimal_pos=2, use_l10n=True, force_grouping=True)} {currency}"
