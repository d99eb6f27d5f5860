"""What the catalog adds to My work: decisions on access, grants that end, grants to recertify."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.kernel.owed import OwedItem, register

from .models import AccessRequest
from .queries import access, classification

DECIDE_WITHIN = timedelta(days=7)
SHOWN = 50


def _access_decisions(person: Any) -> Iterable[OwedItem]:
    for rows, kind in (
        (access.requests_to_decide(person), _("Request for access")),
        (access.second_decisions(person), _("Second decision")),
    ):
        for request in rows.select_related("dataset", "requester").order_by("requested_at")[:SHOWN]:
            yield OwedItem(
                kind=kind,
                title=f"{request.key}: {request.dataset.title}",
                url=reverse("catalog:access_request", args=[request.key]),
                why=_("%(name)s asks: %(what)s") % {"name": request.requester, "what": request.purpose_details[:120]},
                due=request.requested_at + DECIDE_WITHIN,
                action=_("Decide"),
            )


def _count_decisions(person: Any) -> int:
    return access.requests_to_decide(person).count() + access.second_decisions(person).count()


def _access_asked(person: Any) -> Iterable[OwedItem]:
    for request in AccessRequest.objects.waiting().filter(requester=person).select_related("dataset")[:SHOWN]:
        yield OwedItem(
            kind=_("Your request"),
            title=f"{request.key}: {request.dataset.title}",
            url=reverse("catalog:access_request", args=[request.key]),
            why=str(request.get_status_display()),
            due=request.requested_at + DECIDE_WITHIN,
            group="others",
        )


def _ending(person: Any) -> Any:
    return access.ending_soon(grants=access.grants_of(person))


def _grants_ending(person: Any) -> Iterable[OwedItem]:
    for grant in _ending(person).select_related("dataset").order_by("valid_until")[:SHOWN]:
        yield OwedItem(
            kind=_("Grant ends"),
            title=f"{grant.key}: {grant.dataset.title}",
            url=reverse("catalog:grant", args=[grant.key]),
            why=_("Ask for more time if you still need it"),
            due=grant.valid_until,
            group="due",
            action=_("Look"),
        )


def _recertifications(person: Any) -> Iterable[OwedItem]:
    items = access.items_to_decide(person).order_by()
    for row in items.values("campaign__key", "campaign__name").annotate(
        number=Count("pk"), due=Min("campaign__due_on")
    ):
        yield OwedItem(
            kind=_("Recertification"),
            title=f"{row['campaign__key']} {row['campaign__name']}",
            url=reverse("catalog:campaign", args=[row["campaign__key"]]),
            why=ngettext("%(number)s grant to keep or revoke", "%(number)s grants to keep or revoke", row["number"])
            % {"number": row["number"]},
            due=datetime.combine(row["due"], time(23, 59), UTC),
            action=_("Decide"),
        )


def _fields_to_confirm(person: Any) -> Iterable[OwedItem]:
    for dataset in classification.mine_to_confirm(person).order_by("-risk", "key")[:SHOWN]:
        yield OwedItem(
            kind=_("Classification"),
            title=f"{dataset.key}: {dataset.title}",
            url=reverse("catalog:classify", args=[dataset.key]),
            why=ngettext("%(number)s field to confirm", "%(number)s fields to confirm", dataset.waiting)
            % {"number": dataset.waiting},
            due=dataset.oldest + timedelta(days=classification.WAITS_DAYS) if dataset.oldest else None,
            action=_("Confirm"),
        )


def _falls_to_agree(person: Any) -> Iterable[OwedItem]:
    for dataset in classification.falls_to_agree(person).order_by("falling_since")[:SHOWN]:
        yield OwedItem(
            kind=_("Lower class"),
            title=f"{dataset.key}: {dataset.title}",
            url=reverse("catalog:agree_to_fall", args=[dataset.key]),
            why=_("A second person agrees, or it stays as it was"),
            due=dataset.falling_since + DECIDE_WITHIN,
            action=_("Look"),
        )


def _grants_held_back(person: Any) -> Iterable[OwedItem]:
    for grant in classification.held_back_for(person).select_related("dataset").order_by("held_back_at")[:SHOWN]:
        yield OwedItem(
            kind=_("Grant held back"),
            title=f"{grant.key}: {grant.dataset.title}",
            url=reverse("catalog:grant", args=[grant.key]),
            why=grant.held_back_reason[:120],
            due=grant.held_back_at + DECIDE_WITHIN,
            action=_("Decide"),
        )


def register_all() -> None:
    """Offer what waits for stewards and owners of data."""
    register(
        "catalog.classification", _fields_to_confirm, lambda person: classification.mine_to_confirm(person).count()
    )
    register("catalog.falls", _falls_to_agree, lambda person: classification.falls_to_agree(person).count())
    register("catalog.grants_held_back", _grants_held_back, lambda person: classification.held_back_for(person).count())
    register("catalog.access_decisions", _access_decisions, _count_decisions)
    register("catalog.access_asked", _access_asked, lambda _person: 0)
    register("catalog.grants_ending", _grants_ending, lambda person: _ending(person).count())
    register("catalog.recertifications", _recertifications)
