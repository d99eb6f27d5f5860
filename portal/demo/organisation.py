"""The organisation of the fictional insurer: companies, departments, people, and the roles of their provider groups."""

from __future__ import annotations

from apps.accounts import operations
from apps.accounts.models import Department, LegalEntity, Person, Role, RoleAssignment
from apps.accounts.operations.sign_in import follow_groups
from apps.kernel.actors import Actor

from .people import DEPARTMENTS, GROUP_ROLES, LEGAL_ENTITIES, PEOPLE

SETUP = Actor.system("installation")


def build_organisation() -> None:
    """Put the organisation on record; what is there already stays as it is."""
    entities = {code: _entity(code, name, country) for code, name, country in LEGAL_ENTITIES}
    departments: dict[str, Department] = {}
    for code, name, parent, entity in DEPARTMENTS:
        known = Department.objects.filter(code=code).first()
        departments[code] = known or operations.create_department(
            actor=SETUP, name=name, code=code, parent=departments.get(parent), legal_entity=entities[entity]
        )
    for entry in PEOPLE:
        operations.expect_person(
            actor=SETUP, email=entry.email, name=entry.name, department=departments[entry.department]
        )
    for group, role in GROUP_ROLES.items():
        if not RoleAssignment.objects.filter(group__name=group, role__key=role).exists():
            operations.map_group(
                actor=SETUP,
                group_name=group,
                role=Role.objects.get(key=role),
                reason="Mapping of the provider's groups",
            )
    for entry in PEOPLE:
        # As the provider would state them at each person's sign-in.
        follow_groups(person=Person.objects.get(email=entry.email), groups=list(entry.groups))
    for code, name in (
        ("claims", "Theo Arnold"),
        ("life", "Clara Engel"),
        ("technology", "Felix Roth"),
        ("people", "Lukas Baum"),
    ):
        department = departments[code]
        if department.head_id is None:
            operations.edit_department(actor=SETUP, department=department, changes={"head": person(name)})


def _entity(code: str, name: str, country: str) -> LegalEntity:
    known = LegalEntity.objects.filter(code=code).first()
    return known or operations.create_legal_entity(actor=SETUP, code=code, name=name, jurisdiction=country)


def person(name: str) -> Person:
    """Return a person of the demo by name."""
    return Person.objects.get(name=name)
