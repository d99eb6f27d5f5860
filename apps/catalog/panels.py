"""What the catalog adds to the pages of datasets, systems and use cases."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import UseCase
from apps.kernel import authorisation, clock
from apps.kernel.panels import HOME, Panel, register
from apps.kernel.permissions import Permission
from apps.web.numbers import Number
from apps.web.offers import may_do

from . import operations
from .models import AccessRecord, AccessRequest, DataGrant, Dataset, DatasetUse, Deletion, ProcessingActivity
from .queries import access, home, quality, retention
from .rules_pure.access_policy import longest_days, needs_no_grant
from .tables.access import actions_in_words, state_badge

OUTCOME_TONES = {"passed": "good", "warned": "warning", "failed": "bad", "error": "bad"}
PERSONAL = {"personal", "special_category", "health"}


def _looked_after(request: Any, person: Any) -> dict[str, Any] | None:
    """Show somebody who looks after data how much that is, and what of it is not as it should be."""
    found = home.looked_after_by(person)
    if found is None:
        return None

    keeps = authorisation.holds(request.actor, Permission.CATALOG_RETENTION_VIEW)

    def opened(name: str, **query: str) -> str:
        return f"{reverse(name)}?{urlencode({'mine': person.pk, **query})}"

    return {
        "numbers_label": gettext("Data you look after, in numbers"),
        "numbers": [
            Number(gettext("Datasets"), found.datasets, opened("catalog:datasets")),
            Number(gettext("With fields to confirm"), found.to_confirm, opened("catalog:classification")),
            Number(gettext("Not classified"), found.without_class, opened("catalog:datasets", level="none"), alarming=True),
            Number(gettext("With broken checks"), found.broken, opened("catalog:quality", state="broken"), alarming=True),
            Number(
                gettext("Kept too long"), found.overdue,
                opened("catalog:retention", state="overdue") if keeps else "", alarming=True,
            ),
        ],
    }  # fmt: skip


def _processing(request: Any, about: Any) -> dict[str, Any] | None:
    """Show which entries of the processing register name a use case, or a dataset itself or a use case that works with it."""
    if not authorisation.holds(request.actor, Permission.CATALOG_ACTIVITY_VIEW):
        return None
    is_use_case = about._meta.label == "inventory.UseCase"
    found = ProcessingActivity.objects.visible_to(request.user)
    found = found.filter(use_cases=about) if is_use_case else found.filter(_cites(about)).distinct()
    classes = about.data_classes if is_use_case else about.categories
    begin = authorisation.holds(request.actor, Permission.CATALOG_ACTIVITY_EDIT) and is_use_case
    return {
        "activities": list(found.order_by("key")),
        "needed": bool(PERSONAL & set(classes)),
        "begin_url": f"{reverse('catalog:activity_register')}?use_case={about.key}" if begin else "",
    }


def _cites(dataset: Any) -> Q:
    """Return the condition that an entry names a dataset, a use case that works with it, or carries a grant on it."""
    uses = DatasetUse.objects.filter(dataset=dataset, ended_at=None, use_case__isnull=False).values("use_case_id")
    grants = DataGrant.objects.filter(dataset=dataset, activity__isnull=False).standing().values("activity_id")
    return Q(datasets=dataset) | Q(use_cases__in=uses) | Q(pk__in=grants)


def _access(request: Any, dataset: Any) -> dict[str, Any]:
    """Show who may do what with a dataset until when, what one may oneself, and where to ask."""
    mine = access.grants_of(request.user).filter(dataset=dataset, revoked_at=None, valid_until__gt=clock.now())
    waiting = AccessRequest.objects.waiting().filter(requester=request.user, dataset=dataset)
    public = needs_no_grant(dataset.level, dataset.categories, ["read"])
    may_ask = authorisation.holds(request.actor, Permission.CATALOG_ACCESS_REQUEST) and not dataset.dropped_at
    around = ("person", "system", "service")
    shown: dict[str, Any] = {
        "mine": [(grant, state_badge(grant)) for grant in mine.select_related(*around).order_by("key")[:10]],
        "waiting": list(waiting.order_by("key")),
        "public": public,
        "ask_url": reverse("catalog:access_ask", args=[dataset.key]) if may_ask and not public else "",
        "decides": dataset.steward or dataset.owner,
        "two": access.needs_second(dataset),
        "longest": longest_days(dataset.level),
        "others": None,
        "person_id": request.user.pk,
    }
    seen = authorisation.decide(request.actor, Permission.CATALOG_ACCESS_VIEW, dataset)
    if seen or dataset.is_responsible(request.user.pk):
        standing = DataGrant.objects.filter(dataset=dataset).standing()
        rows = standing.select_related(*around).order_by("valid_until")[:20]
        shown["others"] = [(grant, actions_in_words(grant)) for grant in rows]
        shown["number"] = standing.count()
        shown["all_url"] = f"{reverse('catalog:grants')}?{urlencode({'q': dataset.key.lower()})}"
    return shown


def _data_access(request: Any, system: Any) -> dict[str, Any] | None:
    """Show which data a system may work with, as far as the person may know of the grants."""
    rows = DataGrant.objects.visible_to(request.user).filter(system=system, revoked_at=None)
    rows = rows.filter(valid_until__gt=clock.now()).select_related("dataset", "system").order_by("valid_until")
    waiting = AccessRequest.objects.visible_to(request.user).waiting().filter(system=system).select_related("dataset")
    responsible = system.is_responsible(request.user.pk)
    grants = [(grant, state_badge(grant), actions_in_words(grant)) for grant in rows[:50]]
    if not (grants or responsible):
        return None
    return {"grants": grants, "waiting": list(waiting[:20]), "may_ask": responsible}


def _retention(request: Any, dataset: Any) -> dict[str, Any] | None:
    """Show how long a dataset is kept, what holds it, its copies and the deletions that were attested."""
    if not (
        dataset.is_responsible(request.user.pk)
        or authorisation.decide(request.actor, Permission.CATALOG_RETENTION_VIEW, dataset)
    ):
        return None
    policy = retention.standing_policy(dataset)
    copies = retention.copies_of(dataset)
    seen = list(copies.filter(pk__in=Dataset.objects.visible_to(request.user)).order_by("key")[:50])
    deletions = Deletion.objects.filter(dataset=dataset).select_related("evidence", "attested_by")
    return {
        "dataset": dataset,
        "policy": policy,
        "overdue": policy is not None and policy.due_on < clock.today(),
        "holds": list(retention.holds_on(dataset)),
        "copies": seen,
        "hidden_copies": max(0, copies.count() - len(seen)),
        "deletions": list(deletions[:20]),
        "may_set": may_do(request.actor, operations.set_policy, dataset=dataset),
        "may_attest": may_do(request.actor, operations.attest_deletion, dataset=dataset),
        "may_hold": authorisation.holds(request.actor, Permission.CATALOG_HOLD_PLACE),
    }


def _quality(request: Any, dataset: Any) -> dict[str, Any]:
    """Show how good a dataset is, over time, and for which uses."""
    found = quality.quality_of(dataset)
    seen = set(UseCase.objects.visible_to(request.user).filter(fitness__dataset=dataset).values_list("pk", flat=True))
    rows = []
    for check in found.checks[:100]:
        label = check.get_outcome_display() or _("No result yet")
        rows.append({"check": check, "label": label, "tone": OUTCOME_TONES.get(check.outcome, "neutral")})
    return {
        "dataset": dataset,
        "quality": found,
        "score_text": f"{found.score} / 100",
        "rows": rows,
        "verdicts": [one for one in quality.verdicts_on(dataset, found) if one.fitness.use_case_id in seen],
        "may_say": authorisation.holds(request.actor, Permission.INVENTORY_SYSTEM_EDIT)
        or authorisation.decide(request.actor, Permission.CATALOG_DATASET_EDIT, dataset),
    }


def _read_lately(request: Any, dataset: Any) -> dict[str, Any]:
    """Show who asked for or read a dataset lately, as far as the person may see, and lead to the question."""
    from .tables.accesslog import TONES

    records = AccessRecord.objects.visible_to(request.user).filter(dataset_id=dataset.pk).with_names()
    found = list(records.order_by("-at")[:10])
    for record in found:
        record.tone = TONES.get(record.outcome, "neutral")
    log = authorisation.holds(request.actor, Permission.CATALOG_ACCESS_VIEW_LOG)
    return {
        "records": found,
        "may_i_url": reverse("catalog:may_i", args=[dataset.key]),
        "log_url": f"{reverse('catalog:access_log')}?q={dataset.key}" if log else "",
    }


def register_all() -> None:
    """Offer the panels."""
    from .views.classification import classification_panel
    from .views.lineage_panels import register_lineage
    from .views.uses import uses_panel

    register_lineage()
    register(Panel(HOME, "catalog.data", _("Data you look after"), "components/numbers.html", _looked_after, 10))
    register(
        Panel(
            "catalog.dataset", "classification", _("Classification"), "catalog/panels/classification.html",
            classification_panel, 10,
        )
    )  # fmt: skip
    register(Panel("catalog.dataset", "uses", _("Declared uses"), "catalog/panels/uses.html", uses_panel, 70))
    register(Panel("inventory.system", "data", _("Data it works with"), "catalog/panels/uses.html", uses_panel, 45))
    register(Panel("catalog.dataset", "access", _("Access"), "catalog/panels/access.html", _access, 40))
    register(
        Panel(
            "inventory.system",
            "data_access",
            _("Data it may use"),
            "catalog/panels/system_access.html",
            _data_access,
            45,
        )
    )
    register(Panel("catalog.dataset", "quality", _("Quality"), "catalog/panels/quality.html", _quality, order=30))
    register(
        Panel("catalog.dataset", "retention", _("Retention"), "catalog/panels/retention.html", _retention, order=50)
    )
    for subject, order in (("catalog.dataset", 60), ("inventory.use_case", 50)):
        register(
            Panel(subject, "processing", _("Processing register"), "catalog/panels/processing.html", _processing, order)
        )
    register(
        Panel("catalog.dataset", "read_lately", _("Read lately"), "catalog/panels/read_lately.html", _read_lately, 70)
    )
