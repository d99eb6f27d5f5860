"""The records of this room that entries and findings may be about."""

from apps.kernel.permissions import Permission
from apps.kernel.subjects import SubjectType, register

from . import reach


def _people(person):  # type: ignore[no-untyped-def]
    from .models import Person

    return Person.objects.visible_to(person)


def _departments(person):  # type: ignore[no-untyped-def]
    from .models import Department

    return Department.objects.visible_to(person)


def _roles(person):  # type: ignore[no-untyped-def]
    from .models import Role

    return Role.objects.all() if reach.holds(person, Permission.ACCOUNTS_ROLE_VIEW) else Role.objects.none()


def _assignments(person):  # type: ignore[no-untyped-def]
    from .models import RoleAssignment

    allowed = reach.holds(person, Permission.ACCOUNTS_ROLE_VIEW)
    return RoleAssignment.objects.all() if allowed else RoleAssignment.objects.filter(person_id=person.pk)


def _tokens(person):  # type: ignore[no-untyped-def]
    from .models import ApiToken

    return ApiToken.objects.visible_to(person)


def register_all() -> None:
    """Register people, departments, roles, assignments and tokens."""
    register(SubjectType("accounts.person", "accounts.Person", str, _people))
    register(SubjectType("accounts.department", "accounts.Department", str, _departments))
    register(SubjectType("accounts.role", "accounts.Role", str, _roles))
    register(SubjectType("accounts.assignment", "accounts.RoleAssignment", str, _assignments))
    register(SubjectType("accounts.token", "accounts.ApiToken", str, _tokens))
