"""Who may do what about people, roles and tokens, beyond the role: decisions with their reasons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied, first_denial
from apps.kernel.permissions import Permission

from . import reach
from .models import ApiToken, Department, Person, Role, RoleAssignment, ServiceIdentity
from .rules_pure import separation


def may_edit_person(
    *, actor: Actor, person: Person, changes: dict[str, Any] | None = None, **_arguments: Any
) -> Decision:
    """Let people be edited by others, and moved only where one administers people."""
    if actor.is_person and actor.id == str(person.pk):
        return Denied(_("Nobody edits their own record: ask another administrator."))
    department = (changes or {}).get("department")
    return reach.decide(actor, Permission.ACCOUNTS_PERSON_EDIT, department) if department else Allowed()


def may_move_department(
    *, actor: Actor, department: Department, parent: Department | None, **_arguments: Any
) -> Decision:
    """Let a department be hung only where one administers departments."""
    return reach.decide(actor, Permission.ACCOUNTS_DEPARTMENT_EDIT, parent)


def may_deactivate(*, actor: Actor, person: Person, **_arguments: Any) -> Decision:
    """Refuse to close one's own account, a closed one, and the last administrator's."""
    if actor.is_person and actor.id == str(person.pk):
        return Denied(_("Nobody closes their own account."))
    if not person.is_active:
        return Denied(_("This account is closed already."))
    if reach.holds(person, Permission.ACCOUNTS_ASSIGNMENT_EDIT) and not administrators().exclude(pk=person.pk).exists():
        return Denied(_("This is the last administrator: appoint another first."))
    return Allowed()


def may_reactivate(*, actor: Actor, person: Person, **_arguments: Any) -> Decision:
    """Open only what is closed."""
    return Denied(_("This account is open already.")) if person.is_active else Allowed()


def may_end_sessions(*, actor: Actor, person: Person, **_arguments: Any) -> Decision:
    """Let people end their own sessions, administrators everybody's, and the provider by its signed word."""
    if actor.kind is ActorKind.SYSTEM and actor.id == "sign-in":
        return Allowed()
    if actor.is_person and actor.id == str(person.pk):
        return Allowed()
    return reach.decide(actor, Permission.ACCOUNTS_PERSON_EDIT, None)


def _only_sign_in(actor: Actor) -> Decision:
    if actor.kind is ActorKind.SYSTEM and actor.id == "sign-in":
        return Allowed()
    return Denied(_("Only a sign-in at the identity provider does this."))


def may_bind(*, actor: Actor, person: Person, issuer: str, **_arguments: Any) -> Decision:
    """Bind only by a sign-in, at the trusted issuer, and only somebody who may come in."""
    if issuer != settings.OIDC_ISSUER:
        return Denied(_("This provider is not trusted."))
    if not person.is_active:
        return Denied(_("This account is closed."))
    return _only_sign_in(actor)


def may_admit(*, actor: Actor, **_arguments: Any) -> Decision:
    """Admit strangers only by a sign-in, and only where the installation says so."""
    if not settings.GATEHOUSE_ADMIT_UNKNOWN:
        return Denied(_("This installation admits only people whom an administrator added."))
    return _only_sign_in(actor)


def may_mirror(*, actor: Actor, **_arguments: Any) -> Decision:
    """Take groups from the provider only."""
    return _only_sign_in(actor)


def may_sign_in(*, actor: Actor, person: Person, **_arguments: Any) -> Decision:
    """Let active people in, as themselves."""
    if not (actor.is_person and actor.id == str(person.pk)):
        return Denied(_("People sign in as themselves."))
    return Allowed() if person.is_active else Denied(_("This account is closed."))


def may_issue_token(*, actor: Actor, service: ServiceIdentity | None = None, **_arguments: Any) -> Decision:
    """Issue tokens to people who sit at the browser, not to tokens; for a service, to the person who owns it."""
    if not actor.is_person:
        return Denied(_("Tokens belong to people."))
    if service is not None and not (service.is_active and str(service.owner_id) == actor.id):
        return Denied(_("Only the owner of a service issues its tokens."))
    return Denied(_("A token cannot issue tokens.")) if actor.scopes is not None else Allowed()


def may_revoke_token(*, actor: Actor, token: ApiToken, **_arguments: Any) -> Decision:
    """Let the holder end a token."""
    if actor.is_person and actor.id == str(token.person_id):
        return Allowed()
    return Denied(_("Only its holder may revoke a token. To end all of them, close the account."))


def may_assign(
    *,
    actor: Actor,
    role: Role,
    person: Person | None = None,
    group: Group | None = None,
    service: ServiceIdentity | None = None,
    department: Department | None = None,
    **_arguments: Any,
) -> Decision:
    """Nobody gives a role to themselves, nor beyond the part of the enterprise that they administer."""
    members = Person.objects.active().filter(groups=group) if group is not None else ()
    return first_denial(
        _not_to_oneself(actor, person, group, service),
        _within_own_reach(actor, department),
        separation.check(role.permissions),
        *(_joined_duties(holder, role) for holder in (person, *members)),
    )


def may_confirm(*, actor: Actor, assignment: RoleAssignment, **_arguments: Any) -> Decision:
    """Let a second administrator confirm a privileged role, who is neither giver nor holder."""
    if not actor.is_person:
        return Denied(_("A person confirms."))
    if not assignment.needs_confirmation or assignment.confirmed_by_id is not None:
        return Denied(_("Nothing here waits for confirmation."))
    if not assignment.until or not assignment.is_open:
        return Denied(_("This assignment has ended."))
    if str(assignment.granted_by_id) == actor.id:
        return Denied(_("A second administrator has to confirm: you gave this role yourself."))
    return first_denial(
        _not_to_oneself(actor, assignment.person, assignment.group), _within_own_reach(actor, assignment.department)
    )


def may_end(*, actor: Actor, assignment: RoleAssignment, **_arguments: Any) -> Decision:
    """End only what stands or waits, within one's reach, and never the last administrator's role."""
    if not assignment.is_open:
        return Denied(_("This assignment has ended already."))
    removes = str(Permission.ACCOUNTS_ASSIGNMENT_EDIT) in assignment.role.permissions and assignment.is_standing
    others = administrators().exclude(pk=assignment.person_id) if assignment.person_id else administrators()
    if removes and assignment.person_id and not others.exists():
        return Denied(_("This is the last administrator: appoint another first."))
    return _within_own_reach(actor, assignment.department)


def may_edit_role(*, actor: Actor, role: Role, permissions: Iterable[str], **_arguments: Any) -> Decision:
    """Refuse to widen a role that one holds, and to join duties that are kept apart."""
    added = set(permissions) - set(role.permissions)
    if added and actor.is_person and _holds_role(actor.id, role):
        return Denied(_("You hold this role: somebody else has to widen it."))
    if separation.is_privileged(added) and not role.privileged:
        return Denied(_("These permissions take a privileged role, which ends and is confirmed: make a new role."))
    return first_denial(
        _everywhere(actor), separation.check(permissions), _joins_for_a_holder(role, permissions, added)
    )


def may_create_role(*, actor: Actor, permissions: Iterable[str], **_arguments: Any) -> Decision:
    """Refuse a role that joins duties kept apart."""
    return first_denial(_everywhere(actor), separation.check(permissions))


def may_appoint(*, actor: Actor, again: bool = False, **_arguments: Any) -> Decision:
    """Let the command line appoint the first administrator; another one only when asked for expressly."""
    if actor.kind is not ActorKind.OPERATOR:
        return Denied(_("Only the command line appoints: here, another administrator gives the role."))
    if administrators().exists() and not again:
        return Denied(_("There is an administrator already. Use --again to appoint another one."))
    return Allowed()


def administrators() -> Any:
    """Return the active people who may give roles."""
    standing = RoleAssignment.objects.standing().filter(
        role__permissions__contains=[str(Permission.ACCOUNTS_ASSIGNMENT_EDIT)]
    )
    directly = Person.objects.active().filter(pk__in=standing.filter(person__isnull=False).values("person"))
    through_group = Person.objects.active().filter(groups__in=standing.filter(group__isnull=False).values("group"))
    return Person.objects.filter(pk__in=directly.values("pk").union(through_group.values("pk")))


def _not_to_oneself(
    actor: Actor, person: Person | None, group: Group | None, service: ServiceIdentity | None = None
) -> Decision:
    if not actor.is_person:
        return Allowed()
    if person is not None and str(person.pk) == actor.id:
        return Denied(_("Nobody gives a role to themselves."))
    if service is not None and str(service.owner_id) == actor.id:
        return Denied(_("You own this service and issue its tokens: nobody gives a role to themselves."))
    if group is not None and Person.objects.filter(pk=actor.id, groups=group).exists():
        return Denied(_("You belong to this group: nobody gives a role to themselves."))
    return Allowed()


def _within_own_reach(actor: Actor, department: Department | None) -> Decision:
    if not actor.is_person:
        return Allowed()
    person = Person.objects.get(pk=actor.id)
    held = reach.assignments(person, Permission.ACCOUNTS_ASSIGNMENT_EDIT).values_list("department__path", flat=True)
    if any(path is None or (department is not None and department.path.startswith(path)) for path in held):
        return Allowed()
    return Denied(_("You administer roles in a part of the enterprise only; choose a department there."))


def _everywhere(actor: Actor) -> Decision:
    """What a role allows holds in the whole enterprise: whoever administers a part of it does not say."""
    decision = reach.decide(actor, Permission.ACCOUNTS_ROLE_EDIT, authorisation.EVERYWHERE)
    return decision or Denied(_("Roles hold everywhere, and you administer a part of the enterprise only."))


def _joins_for_a_holder(role: Role, permissions: Iterable[str], added: set[str]) -> Decision:
    """Refuse to widen a role by a duty that one of its holders may not join to another."""
    if not added & (separation.ADMINISTERS | separation.DECIDES | separation.AUDITS):
        return Allowed()
    standing = RoleAssignment.objects.standing().filter(role=role)
    people = Person.objects.active().filter(
        Q(pk__in=standing.filter(person__isnull=False).values("person"))
        | Q(groups__in=standing.filter(group__isnull=False).values("group"))
    )
    for person in people.distinct():
        decision = separation.check(set(permissions) | reach.held_permissions(person))
        if not decision:
            return Denied(_("%(name)s holds this role and another: %(why)s") % {"name": person, "why": decision.reason})
    return Allowed()


def _joined_duties(person: Person | None, role: Role) -> Decision:
    if person is None:
        return Allowed()
    return separation.check(set(role.permissions) | reach.held_permissions(Person.objects.get(pk=person.pk)))


def _holds_role(person_id: str, role: Role) -> bool:
    groups = Person.groups.through.objects.filter(person_id=person_id).values("group_id")
    standing = RoleAssignment.objects.standing().filter(role=role)
    return standing.filter(person_id=person_id).exists() or standing.filter(group_id__in=groups).exists()
