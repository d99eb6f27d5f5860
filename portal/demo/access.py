"""Who may do what with the fictional insurer's data: requests, grants, reads; how long data is kept, and what may not go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from apps.catalog import operations as catalog
from apps.catalog.models import AccessRequest, DataGrant, Dataset, LegalHold, ProcessingActivity, RetentionPolicy
from apps.catalog.operations.reads import report_reads
from apps.inventory.models import AISystem
from apps.kernel import clock

from .organisation import person

# Dataset, days, by what, why, and in how many days the next deletion is due.
KEPT = (
    ("aurelia.claims.claim", 3650, "law", "Ten years after the claim was settled, by commercial law.", 200),
    ("aurelia.claims.medical_invoice", 3650, "law", "Ten years, by commercial law.", -4),
    ("aurelia.customer.complaint", 1825, "steward", "The ombudsman may ask for five years.", 40),
    ("web.visits", 180, "steward", "Visits are of use for half a year.", -9),
    ("claims/call-recordings", 365, "steward", "Calls prove what was agreed for a year.", -2),
    ("hr/applications", 180, "law", "Six months after the refusal, by the law on equal treatment.", 12),
)
# Who asks, for which system (empty: for themselves), data, action, purpose, entry, days, and how it came out.
ASKED = (
    ("Oscar Lindner", "Claims triage", "aurelia.claims.claim", "read", "claims-handling", "Handling of claims", 180, "approve"),
    ("Oscar Lindner", "Claims fraud referral", "features/claims-fraud", "train", "claims-handling", "Handling of claims", 90, "approve"),
    ("Nora Weiss", "", "aurelia.claims.repair_estimate", "read", "claims-handling", "Handling of claims", 30, "approve"),
    ("Emma Fischer", "", "aurelia.customer.complaint", "read", "customer-service", "Service to customers", 60, ""),
    ("Greta Sommer", "", "aurelia.claims.medical_invoice", "read", "claims-handling", "Handling of claims", 14, "approve"),
    ("Dana Petrov", "", "aurelia.policy.policy", "read", "underwriting", "Underwriting and pricing", 180, "refuse"),
)  # fmt: skip
REASONS = {
    "approve": "The entry covers it, and the work cannot be done with less.",
    "refuse": "The extract without names in the marts is enough for a test.",
}


def build_access() -> None:
    """Let people ask and stewards decide, once."""
    if AccessRequest.objects.exists():
        return
    with clock.travel(clock.now() - timedelta(days=6)):
        for asked in ASKED:
            _ask(*asked)
    _reads()


def build_retention() -> None:
    """Say how long data is kept, delete once, and hold what a court wants to see; once."""
    if RetentionPolicy.objects.exists():
        return
    steward = person("Stefan Maurer").as_actor()
    for name, days, source, basis, due in KEPT:
        catalog.set_policy(
            actor=steward, dataset=Dataset.objects.get(name=name), days=days, source=source, basis=basis,
            counted_from="the load", due_on=clock.today() + timedelta(days=due),
        )  # fmt: skip
    recordings = Dataset.objects.get(name="claims/call-recordings")
    catalog.attest_deletion(
        actor=steward, dataset=recordings, up_to=clock.today() - timedelta(days=366), rows_before=41_200,
        rows_deleted=3_150, rows_after=38_050, job_reference="airflow://aurelia purge_recordings",
        proof=("purge-recordings.txt", b"purge_recordings: 41200 before, 3150 deleted, 38050 after\n"),
    )  # fmt: skip
    if not LegalHold.objects.exists():
        catalog.place_hold(
            actor=person("Henrik Lund").as_actor(), matter="Clinic group against Aurelia Property",
            reason="The court may ask for every invoice since 2019.",
            datasets=[Dataset.objects.get(name="aurelia.claims.medical_invoice")],
        )  # fmt: skip


def _ask(who: str, system: str, data: str, action: str, purpose: str, entry: str, days: int, outcome: str) -> None:
    dataset, runs = Dataset.objects.filter(name=data).first(), AISystem.objects.filter(name=system).first()
    if dataset is None or (system and runs is None):
        return
    request = catalog.request_access(
        actor=person(who).as_actor(), dataset=dataset, subject=runs or person(who), actions=[action], purpose=purpose,
        purpose_details=f"{dataset.title}, for {system or 'my own work'}.", days=days,
        use_case=runs.use_cases.order_by("key").first() if runs else None,
        activity=ProcessingActivity.objects.filter(name=entry).first(),
    )  # fmt: skip
    if outcome:
        catalog.decide_request(
            actor=person("Stefan Maurer").as_actor(), request=request, outcome=outcome, reason=REASONS[outcome]
        )


def _reads() -> None:
    """Report what a system read: within its grant, and once beside it."""
    grant = DataGrant.objects.filter(system__name="Claims triage").select_related("system", "dataset").first()
    if grant is None:
        return
    other = Dataset.objects.get(name="aurelia.customer.bank_account")
    reads = [_read(grant, grant.dataset, hour) for hour in (5, 29, 53)] + [_read(grant, other, 7)]
    report_reads(actor=person("Robin Falk").as_actor(), reads=reads)


def _read(grant: DataGrant, dataset: Dataset, hours: int) -> dict[str, Any]:
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{dataset.key} {hours}")),
        "at": (clock.now() - timedelta(hours=hours)).isoformat(),
        "subject": {"type": "system", "id": grant.system.key if grant.system else ""},
        "dataset": dataset.key,
        "purpose": grant.purpose,
    }
