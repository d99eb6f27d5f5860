"""The panel "Activity" on every record's page: its trail in the ledger, the newest first."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.kernel import authorisation, subjects
from apps.kernel.panels import Panel, register
from apps.kernel.permissions import Permission

from . import queries
from .models import Entry, PersonalText

SHOWN = 12


def activity(request: Any, instance: Any) -> dict[str, Any]:
    """Return the newest operations on a record, and changes made outside; whoever may see the record may see them."""
    name = subjects.type_name(instance)
    entries = list(
        Entry.objects.about(name, str(instance.pk))
        .filter(Q(kind="operation") | Q(kind="change", actor_kind="outside"))
        .order_by("-id")[: SHOWN * 10]
    )
    reader = authorisation.holds(request.actor, Permission.AUDIT_ENTRY_VIEW)
    names = queries.actor_labels(entries)
    reasons = dict(
        PersonalText.objects.filter(entry_id__in=[e.pk for e in entries], field="reason").values_list(
            "entry_id", "text"
        )
    )
    runs = _runs(entries, reasons)
    moves = _moves(instance, name, [entry for entry, _times in runs[:SHOWN]])
    items = [
        {
            "title": _title(entry, times),
            "url": reverse("audit:entry", args=[entry.pk]) if reader else "",
            "who": queries.actor_label(entry, names),
            "at": entry.occurred_at,
            "detail": ". ".join([*moves.get((entry.cluster, entry.xid), []), *filter(None, [reasons.get(entry.pk)])]),
        }
        for entry, times in runs[:SHOWN]
    ]
    trail = reverse("audit:about", args=[name, str(instance.pk)]) if reader else ""
    return {"items": items, "trail": trail, "more": len(runs) > SHOWN}


def _runs(entries: list[Entry], reasons: dict[int, str]) -> list[tuple[Entry, int]]:
    """Fold what one actor did many times in a row, giving no reason, into its newest entry and a number."""
    runs: list[tuple[Entry, int]] = []
    for entry in entries:
        last = runs[-1][0] if runs else None
        same = last and (last.event, last.actor_kind, last.actor_id) == (entry.event, entry.actor_kind, entry.actor_id)
        if last and same and not {last.pk, entry.pk} & reasons.keys():
            runs[-1] = (last, runs[-1][1] + 1)
        else:
            runs.append((entry, 1))
    return runs


def _moves(instance: Any, name: str, entries: list[Entry]) -> dict[tuple[str, int], list[str]]:
    """Say of each transaction which states it moved the record between: its fields with fixed choices, in their words."""
    found: dict[tuple[str, int], list[str]] = {}
    changed = Entry.objects.about(name, str(instance.pk)).filter(kind="change", xid__in={e.xid for e in entries})
    for cluster, xid, changes in changed.order_by("id").values_list("cluster", "xid", "changes"):
        for field in instance._meta.fields:
            values = changes.get(field.column)
            if field.choices and isinstance(values, list) and len(values) == 2 and values[0]:
                labels = dict(field.flatchoices)
                old, new = (str(labels.get(value, value or "–")) for value in values)
                found.setdefault((cluster, xid), []).append(f"{capfirst(field.verbose_name)}: {old} → {new}")
    return found


def _title(entry: Entry, times: int) -> str:
    title = queries.event_title(entry.event)
    return title if times == 1 else f"{title} ({times} ×)"


def register_all() -> None:
    """Offer the trail on every record's page."""
    register(Panel("*", "audit.activity", _("Activity"), "audit/panels/activity.html", activity, order=100))
