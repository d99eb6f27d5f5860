"""Writes that follow from the identity provider's word."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from apps.accounts import permissions
from apps.accounts.events import Event
from apps.accounts.models import Identity, Person, Role, RoleAssignment
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict
from apps.kernel.permissions import Permission


@operation(Event.PERSON_BOUND, needs=None, subject="person", may=permissions.may_bind)
def bind_identity(*, actor: Actor, person: Person, issuer: str, identity_subject: str) -> Person:
    """Bind a person to the provider's subject, once and for all at that issuer."""
    if Identity.objects.filter(issuer=issuer, person=person).exists():
        raise Conflict(_("This e-mail already belongs to another identity of the same provider."))
    Identity.objects.create(person=person, issuer=issuer, subject=identity_subject)
    if person.expected:
        person.expected = False
        person.save(update_fields=["expected"])
    return person


@operation(Event.PERSON_ADMITTED, needs=Permission.ACCOUNTS_PERSON_EDIT, may=permissions.may_admit)
def admit_person(*, actor: Actor, email: str, name: str = "") -> Person:
    """Admit somebody unknown as an employee, where the installation allows that."""
    email = email.strip().lower()
    person = Person.objects.create(email=email, name=(name or email.split("@")[0])[:200])
    RoleAssignment.objects.create(role=Role.objects.get(key="employee"), person=person, reason="First sign-in")
    return person


@operation(Event.PERSON_GROUPS_MIRRORED, needs=None, subject="person", may=permissions.may_mirror)
def mirror_groups(*, actor: Actor, person: Person, groups: list[str]) -> Person:
    """Make the person's groups those that the provider states, among the groups that are mapped to roles here."""
    person.groups.set(Group.objects.filter(name__in=groups))
    return person


def follow_groups(*, person: Person, groups: list[str]) -> None:
    """Mirror the provider's groups where they differ from ours; otherwise write nothing."""
    known = set(Group.objects.filter(name__in=groups).values_list("name", flat=True))
    if known != set(person.groups.values_list("name", flat=True)):
        mirror_groups(actor=Actor.system("sign-in"), person=person, groups=sorted(known))


@operation(Event.PERSON_SIGNED_IN, needs=None, subject="person", may=permissions.may_sign_in)
def sign_in(*, actor: Actor, person: Person, groups: list[str], reason: str = "") -> Person:
    """Record that a person signed in, and take over what the provider says about their groups."""
    person.last_signed_in_at = clock.now()
    person.save(update_fields=["last_signed_in_at"])
    follow_groups(person=person, groups=groups)
    return person
