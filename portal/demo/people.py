"""The people of the fictional insurer Aurelia: who they are, which provider groups they are in, what these may do."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "aurelia.example"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person; `persona` is what the sign-in page says of them, empty for those nobody signs in as."""

    name: str
    department: str
    groups: tuple[str, ...]
    persona: str = ""

    @property
    def email(self) -> str:
        """The e-mail address, which binds the person at first sign-in."""
        return f"{self.name.lower().replace(' ', '.')}@{DOMAIN}"


# Code, name, parent's code, and the legal entity's code. The first is the root.
DEPARTMENTS = (
    ("aurelia", "Aurelia Group", "", "aurelia-group"),
    ("life", "Life", "aurelia", "aurelia-life"),
    ("life-underwriting", "Life underwriting", "life", "aurelia-life"),
    ("life-products", "Life products and pricing", "life", "aurelia-life"),
    ("property", "Property and casualty", "aurelia", "aurelia-property"),
    ("claims", "Claims", "property", "aurelia-property"),
    ("motor", "Motor products and pricing", "property", "aurelia-property"),
    ("service", "Customer service", "aurelia", "aurelia-group"),
    ("people", "Human resources", "aurelia", "aurelia-group"),
    ("finance", "Finance and actuarial", "aurelia", "aurelia-group"),
    ("technology", "Information technology", "aurelia", "aurelia-group"),
    ("data-office", "Data office", "technology", "aurelia-group"),
    ("architecture", "Enterprise architecture", "technology", "aurelia-group"),
    ("risk", "Risk, compliance and legal", "aurelia", "aurelia-group"),
    ("ai-governance", "AI governance office", "risk", "aurelia-group"),
    ("audit", "Internal audit", "aurelia", "aurelia-group"),
    ("marketing", "Marketing and sales", "aurelia", "aurelia-group"),
)

LEGAL_ENTITIES = (
    ("aurelia-group", "Aurelia Versicherungsgruppe AG", "DE"),
    ("aurelia-life", "Aurelia Leben SE", "DE"),
    ("aurelia-property", "Aurelia Sach SE", "AT"),
)

PEOPLE = (
    DemoPerson("Emma Fischer", "claims", ("all-staff",), "Employee: asks what AI she may use"),
    DemoPerson("Oscar Lindner", "claims", ("all-staff", "ai-system-owners"), "System owner in claims"),
    DemoPerson("Nora Weiss", "claims", ("all-staff", "ai-system-owners"), "System owner, deputy in claims"),
    DemoPerson("Dana Petrov", "technology", ("all-staff", "ai-delivery"), "Delivery team"),
    DemoPerson(
        "Greta Sommer", "ai-governance", ("all-staff", "ai-analysts"), "Governance analyst: triages and assesses"
    ),
    DemoPerson("Jonas Keller", "ai-governance", ("all-staff", "ai-analysts"), "Second governance analyst: signs off"),
    DemoPerson("Lea Brandt", "ai-governance", ("all-staff", "ai-governance-leads"), "AI governance lead"),
    DemoPerson("Arthur Vogel", "architecture", ("all-staff", "architects"), "Architect"),
    DemoPerson("Bea Novak", "architecture", ("all-staff", "architects"), "Second architect"),
    DemoPerson("Simon Adler", "technology", ("all-staff", "security-reviewers"), "Security reviewer"),
    DemoPerson("Paula Reiter", "risk", ("all-staff", "privacy-reviewers"), "Privacy reviewer"),
    DemoPerson("Henrik Lund", "risk", ("all-staff", "legal-reviewers"), "Legal reviewer"),
    DemoPerson("Vera Costa", "finance", ("all-staff", "validation-reviewers"), "Validation reviewer"),
    DemoPerson("Stefan Maurer", "data-office", ("all-staff", "data-stewards"), "Data steward"),
    DemoPerson("Mila Horvat", "data-office", ("all-staff", "model-owners"), "Model owner"),
    DemoPerson("Theo Arnold", "property", ("all-staff", "executives"), "Executive sponsor"),
    DemoPerson("Clara Engel", "life", ("all-staff", "executives"), "Executive sponsor, life"),
    DemoPerson("Ines Okafor", "audit", ("all-staff", "auditors"), "Auditor"),
    DemoPerson("Robin Falk", "technology", ("all-staff", "portal-administrators"), "Administrator"),
    DemoPerson("Tim Berger", "life-underwriting", ("all-staff", "ai-system-owners")),
    DemoPerson("Hanna Krause", "life-products", ("all-staff", "ai-system-owners")),
    DemoPerson("Marek Zeman", "motor", ("all-staff", "ai-system-owners")),
    DemoPerson("Sofia Ricci", "service", ("all-staff", "ai-system-owners")),
    DemoPerson("Lukas Baum", "people", ("all-staff", "ai-system-owners")),
    DemoPerson("Anita Gruber", "finance", ("all-staff", "ai-system-owners")),
    DemoPerson("Felix Roth", "technology", ("all-staff", "ai-system-owners")),
    DemoPerson("Julia Stein", "marketing", ("all-staff", "ai-system-owners")),
    DemoPerson("Peter Wolff", "data-office", ("all-staff", "ai-system-owners")),
    DemoPerson("Jana Kovar", "data-office", ("all-staff", "model-owners")),
    DemoPerson("Mara Olsen", "risk", ("all-staff", "privacy-reviewers")),
)

# The provider's groups and the roles they carry, everywhere.
GROUP_ROLES = {
    "all-staff": "employee",
    "ai-system-owners": "system-owner",
    "ai-delivery": "delivery-team",
    "ai-analysts": "governance-analyst",
    "ai-governance-leads": "governance-lead",
    "architects": "architect",
    "security-reviewers": "security-reviewer",
    "privacy-reviewers": "privacy-reviewer",
    "legal-reviewers": "legal-reviewer",
    "validation-reviewers": "validation-reviewer",
    "data-stewards": "data-steward",
    "model-owners": "model-owner",
    "executives": "executive-sponsor",
    "auditors": "auditor",
    "portal-administrators": "administrator",
}


def person(name: str) -> DemoPerson:
    """Return a person by name."""
    return next(entry for entry in PEOPLE if entry.name == name)
