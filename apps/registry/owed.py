"""What the registry adds to My work: emergencies, rollbacks to review, requests for models, grants that end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel.owed import OwedItem, register

from .queries import access, aimodels, rollbacks, selections

SHOWN = 50
REVIEW_WITHIN = timedelta(days=2)
DECIDE_WITHIN = timedelta(days=7)
VALIDATE_WITHIN = timedelta(days=14)


def _emergencies(person: Any) -> Iterable[OwedItem]:
    for one in rollbacks.waiting_for_second(person).select_related("system")[:SHOWN]:
        yield OwedItem(
            kind=_("Emergency"),
            title=f"{one.key}: {one.system.name}",
            url=reverse("registry:rollback", args=[one.key]),
            why=one.reason[:120],
            due=one.asked_at + timedelta(minutes=15),
            action=_("Confirm or refuse"),
        )


def _reviews(person: Any) -> Iterable[OwedItem]:
    for one in rollbacks.waiting_for_review(person).select_related("system")[:SHOWN]:
        yield OwedItem(
            kind=_("Rollback to review"),
            title=f"{one.key}: {one.system.name}",
            url=reverse("registry:rollback_review", args=[one.key]),
            why=one.reason[:120],
            due=one.asked_at + REVIEW_WITHIN,
            action=_("Review"),
        )


def _model_requests(person: Any) -> Iterable[OwedItem]:
    for rows, kind in (
        (access.requests_to_decide(person), _("Request for a model")),
        (access.second_decisions(person), _("Second decision")),
    ):
        for one in rows.select_related("ai_model", "requester").order_by("requested_at")[:SHOWN]:
            yield OwedItem(
                kind=kind,
                title=f"{one.key}: {one.ai_model.name}",
                url=reverse("registry:access_request", args=[one.key]),
                why=_("%(name)s asks: %(what)s") % {"name": one.requester, "what": one.purpose_details[:120]},
                due=one.requested_at + DECIDE_WITHIN,
                action=_("Decide"),
            )


def _count_model_requests(person: Any) -> int:
    return access.requests_to_decide(person).count() + access.second_decisions(person).count()


def _model_grants_held_back(person: Any) -> Iterable[OwedItem]:
    for grant in access.held_back_for(person).select_related("ai_model").order_by("held_back_at")[:SHOWN]:
        yield OwedItem(
            kind=_("Grant held back"),
            title=f"{grant.key}: {grant.ai_model.name}",
            url=reverse("registry:grant", args=[grant.key]),
            why=grant.held_back_reason[:120],
            due=grant.held_back_at + DECIDE_WITHIN,
            action=_("Decide"),
        )


def _model_grants_ending(person: Any) -> Iterable[OwedItem]:
    ending = access.ending_soon(grants=access.grants_of(person))
    for grant in ending.select_related("ai_model").order_by("valid_until")[:SHOWN]:
        yield OwedItem(
            kind=_("Grant ends"),
            title=f"{grant.key}: {grant.ai_model.name}",
            url=reverse("registry:grant", args=[grant.key]),
            why=_("Ask for more time if you still need it"),
            due=grant.valid_until,
            group="due",
            action=_("Look"),
        )


def _selections(person: Any) -> Iterable[OwedItem]:
    for rows, why, action in (
        (selections.to_decide(person), _("Candidates are compared and wait for a choice"), _("Decide")),
        (selections.mine_open(person), _("You opened this comparison"), _("Go on")),
    ):
        for one in rows.select_related("use_case").order_by("opened_at")[:SHOWN]:
            yield OwedItem(
                kind=_("Selection"),
                title=f"{one.key}: {one.title}",
                url=reverse("registry:selection", args=[one.key]),
                why=why,
                about=str(one.use_case),
                action=action,
            )


def _count_selections(person: Any) -> int:
    return selections.to_decide(person).count() + selections.mine_open(person).count()


def _versions_to_validate(person: Any) -> Iterable[OwedItem]:
    rows = aimodels.to_validate(person).select_related("ai_model", "registered_by").order_by("registered_at")
    for one in rows[:SHOWN]:
        yield OwedItem(
            kind=_("Version to validate"),
            title=f"{one.key}: {one.ai_model.name} {one.name}",
            url=reverse("registry:version_validate", args=[one.key]),
            why=_("Somebody who did not register it says that it does what its card says"),
            due=one.registered_at + VALIDATE_WITHIN,
            action=_("Validate"),
        )


def register_all() -> None:
    """Offer what waits for second persons and reviewers, and for those who answer for models or hold grants."""
    register("registry.model_requests", _model_requests, _count_model_requests)
    register(
        "registry.model_grants_held_back", _model_grants_held_back, lambda person: access.held_back_for(person).count()
    )
    register(
        "registry.model_grants_ending",
        _model_grants_ending,
        lambda person: access.ending_soon(grants=access.grants_of(person)).count(),
    )
    register("registry.emergencies", _emergencies, lambda person: rollbacks.waiting_for_second(person).count())
    register("registry.rollback_reviews", _reviews, lambda person: rollbacks.waiting_for_review(person).count())
    register("registry.selections", _selections, _count_selections)
    register(
        "registry.versions_to_validate",
        _versions_to_validate,
        lambda person: aimodels.to_validate(person).count(),
    )
