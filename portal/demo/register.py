"""The processing register of the fictional insurer (GDPR Art. 30), and which use cases stand under its entries."""

from __future__ import annotations

from apps.accounts.models import Department, LegalEntity
from apps.catalog import operations as catalog
from apps.catalog.models import ActivityStatus, ProcessingActivity
from apps.inventory.models import UseCase

from .organisation import person

# Name, purpose in short, department, controller, basis, data subjects, categories, condition, and whose systems stand under it.
# Marketing has none, so that the pages show what that looks like.
ENTRIES = (
    ("Handling of claims", "claims-handling", "claims", "aurelia-property", "contract",
     ("Policyholders", "Claimants", "Witnesses"), ("personal", "special_category", "health", "financial"),
     "Art. 9(2)(f): legal claims", ("claims", "property")),
    ("Underwriting and pricing", "underwriting", "life", "aurelia-life", "contract",
     ("Applicants", "Insured persons"), ("personal", "special_category", "health", "financial"),
     "Art. 9(2)(a): explicit consent", ("life-underwriting", "life-products", "motor")),
    ("Service to customers", "customer-service", "service", "aurelia-group", "contract",
     ("Customers",), ("personal", "financial"), "", ("service", "data-office")),
    ("Management of staff", "staff-management", "people", "aurelia-group", "contract",
     ("Employees", "Applicants for a post"), ("personal", "financial", "special_category"),
     "Art. 9(2)(b): labour law", ("people",)),
    ("Accounts and reinsurance", "accounting", "finance", "aurelia-group", "legal_obligation",
     ("Customers", "Claimants"), ("personal", "financial"), "", ("finance",)),
)  # fmt: skip


def build_register() -> None:
    """Write the entries and have them put into force; what is there already stays as it is."""
    author, second = person("Paula Reiter").as_actor(), person("Lea Brandt").as_actor()
    for name, code, department, controller, basis, subjects, categories, condition, _whose in ENTRIES:
        if ProcessingActivity.objects.filter(name=name).exists():
            continue
        entry = catalog.register_activity(
            actor=author, name=name, purposes=f"{name} of Aurelia.", department=Department.objects.get(code=department),
            controller=LegalEntity.objects.get(code=controller), owner=person("Paula Reiter"), purpose_codes=[code],
            lawful_basis=basis, data_subjects=list(subjects), data_categories=list(categories),
            data_described="What the contract, the claim or the law asks for.", special_category_condition=condition,
            recipients=["Reinsurer", "Supervisory authority"], erasure="Ten years after the end of the contract.",
            security_measures="Roles, encryption at rest, a ledger of every access.", impact_assessment="done",
            impact_assessment_reference=f"DPIA {code}",
        )  # fmt: skip
        catalog.publish_activity(actor=second, activity=entry, reason="Complete, and checked with the department.")


def stand_under(use_case: UseCase, department: str) -> None:
    """Name a use case in the entry that its department works under."""
    name = next((entry[0] for entry in ENTRIES if department in entry[-1]), "")
    entry = ProcessingActivity.objects.filter(name=name).first()
    if entry is not None and not entry.use_cases.filter(pk=use_case.pk).exists():
        entry = catalog.edit_activity(
            actor=person("Lea Brandt").as_actor(), activity=entry, changes={},
            use_cases=[*entry.use_cases.all(), use_case], reason=f"{use_case.name} works under it.",
        )  # fmt: skip
        if entry.status == ActivityStatus.DRAFT:
            # What covers more than it did is read by somebody else first.
            catalog.publish_activity(
                actor=person("Mara Olsen").as_actor(), activity=entry, reason=f"Covers {use_case.name} as well."
            )
