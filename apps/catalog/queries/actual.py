"""What platforms really allow, compared with what was granted: either side alone is a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, StringAgg, Subquery, Value
from django.db.models.functions import Concat

from apps.catalog.models import ActualPermission, DataGrant, Dataset, DatasetName, Level, PlatformPrincipal
from apps.catalog.rules_pure.fitting import PERSONAL

READING = ["read", "train"]


def _behind_the_login() -> Any:
    """Return who stands behind the login of the permission around this query."""
    return PlatformPrincipal.objects.filter(
        platform_id=OuterRef("snapshot__platform_id"), principal=OuterRef("principal")
    )


def _theirs() -> Q:
    """Return the condition that a grant is for whoever stands behind a login (annotated as person_behind, …)."""
    return (
        Q(person_id=OuterRef("person_behind"))
        | Q(system_id=OuterRef("system_behind"))
        | Q(service_id=OuterRef("service_behind"))
    )


def permissions_on_datasets() -> Any:
    """Return the current real permissions on datasets that are on record, with who stands behind each login."""
    behind = _behind_the_login()
    dataset = Dataset.objects.filter(
        Q(name=OuterRef("object_name")) | Q(other_names__name=OuterRef("object_name")),
        platform_id=OuterRef("snapshot__platform_id"),
        dropped_at=None,
    )
    return (
        ActualPermission.objects.filter(snapshot__current=True)
        .annotate(
            dataset_there=Subquery(dataset.values("pk")[:1]),
            person_behind=Subquery(behind.values("person_id")[:1]),
            system_behind=Subquery(behind.values("system_id")[:1]),
            service_behind=Subquery(behind.values("service_id")[:1]),
        )
        .filter(dataset_there__isnull=False)
        .exclude(Exists(behind.filter(administrative=True)))
    )


def without_grant() -> Any:
    """Return real permissions that no standing grant stands behind, or that go further than the grants do.

    Reading needs a grant to read or train, of every field unless the permission names its fields; writing one to write.
    """
    grants = DataGrant.objects.standing().filter(_theirs(), dataset_id=OuterRef("dataset_there"))
    reading = grants.filter(actions__overlap=READING)
    whole, some = reading.filter(fields=[]), reading.filter(fields__contains=OuterRef("fields"))
    reads, writes = Q(privileges__contains=["read"]), Q(privileges__contains=["write"])
    # Public data about nobody is everybody's to read: no grant is given for it, and none is missed.
    public = Dataset.objects.filter(pk=OuterRef("dataset_there"), level=Level.PUBLIC)
    public = public.exclude(categories__overlap=sorted(PERSONAL))
    uncovered_read = reads & ~Exists(public) & ~Exists(whole) & (Q(fields=[]) | ~Exists(some))
    uncovered_write = writes & ~Exists(grants.filter(actions__contains=["write"]))
    return permissions_on_datasets().filter(uncovered_read | uncovered_write)


def without_permission() -> Any:
    """Return standing grants on datasets of a platform that was read, which no login there can use."""
    here = ActualPermission.objects.filter(
        snapshot__current=True, snapshot__platform_id=OuterRef("dataset__platform_id")
    )
    behind = _behind_the_login()
    names = DatasetName.objects.filter(dataset_id=OuterRef(OuterRef("dataset_id"))).values("name")
    usable = here.annotate(
        person_behind=Subquery(behind.values("person_id")[:1]),
        system_behind=Subquery(behind.values("system_id")[:1]),
        service_behind=Subquery(behind.values("service_id")[:1]),
    ).filter(
        Q(person_behind=OuterRef("person_id"))
        | Q(system_behind=OuterRef("system_id"))
        | Q(service_behind=OuterRef("service_id")),
        Q(object_name=OuterRef("dataset__name")) | Q(object_name__in=names),
    )
    reads = Q(actions__overlap=READING) & ~Exists(usable.filter(privileges__contains=["read"]))
    writes = Q(actions__contains=["write"]) & ~Exists(usable.filter(privileges__contains=["write"]))
    return DataGrant.objects.standing().filter(Exists(here)).filter(reads | writes)


def unknown_logins() -> Any:
    """Return real permissions of logins behind which nobody is named."""
    return ActualPermission.objects.filter(snapshot__current=True).exclude(Exists(_behind_the_login()))


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between what is granted and what a platform allows."""

    kind: str
    principal: str
    object_name: str
    detail: str
    dataset_key: str = ""
    grant_key: str = ""


def differences(platform: Any) -> list[Difference]:
    """Return every difference of one platform, in the order of logins and objects; four statements."""
    found = []
    keys = {str(pk): key for pk, key in Dataset.objects.filter(platform=platform).values_list("pk", "key")}
    nobody = set(unknown_logins().filter(snapshot__platform=platform).values_list("principal", flat=True).distinct())
    for row in without_grant().filter(snapshot__platform=platform).order_by("principal", "object_name"):
        kind = "unknown_login" if row.principal in nobody else "real_without_grant"
        found.append(
            Difference(kind, row.principal, row.object_name, _detail(row), keys.get(str(row.dataset_there), ""))
        )
    grants = without_permission().filter(dataset__platform=platform).select_related("dataset").order_by("key")
    for grant in grants:
        subject = str(grant.subject)
        found.append(Difference("grant_without_real", subject, grant.dataset.name, "", grant.dataset.key, grant.key))
    return found


def _detail(row: Any) -> str:
    what = ", ".join(row.privileges)
    where = f" ({', '.join(row.fields)})" if row.fields else ""
    return f"{what}{where}" + (f" {row.through}" if row.through else "")


def datasets_read_without_grant() -> Any:
    """Return datasets on which a platform allows more than was granted, with the logins in the explanation."""
    rows = without_grant().filter(dataset_there=OuterRef("pk")).order_by()
    logins = rows.values("dataset_there").annotate(
        logins=StringAgg("principal", Value(", "), distinct=True, order_by="principal")
    )
    return (
        Dataset.objects.annotate(logins=Subquery(logins.values("logins")[:1], output_field=CharField()))
        .filter(logins__isnull=False)
        .annotate(explanation=Concat(Value("Logins: "), F("logins"), output_field=CharField()))
    )
