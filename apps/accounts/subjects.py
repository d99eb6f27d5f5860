"""The records of this room that entries and findings may be about."""

from operator import attrgetter

from django.urls import reverse

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


def _legal_entities(person):  # type: ignore[no-untyped-def]
    from .models import LegalEntity

    return LegalEntity.objects.all() if getattr(person, "is_active", False) else LegalEntity.objects.none()


def _tokens(person):  # type: ignore[no-untyped-def]
    from .models import ApiToken

    return ApiToken.objects.visible_to(person)


def _services(person):  # type: ignore[no-untyped-def]
    from .models import ServiceIdentity

    return ServiceIdentity.objects.visible_to(person)


def _page(name, value):  # type: ignore[no-untyped-def]
    return lambda subject: reverse(name, args=[value(subject)])


def register_all() -> None:
    """Register people, departments, companies, roles, assignments and tokens."""
    key = attrgetter("pk")
    register(SubjectType("accounts.person", "accounts.Person", str, _people, _page("accounts:person", key)))
    register(
        SubjectType("accounts.department", "accounts.Department", str, _departments, _page("accounts:department", key))
    )
    register(
        SubjectType(
            "accounts.legal_entity",
            "accounts.LegalEntity",
            str,
            _legal_entities,
            _page("accounts:legal_entity", key),
        )
    )
    register(SubjectType("accounts.role", "accounts.Role", str, _roles, _page("accounts:role", attrgetter("key"))))
    register(
        SubjectType(
            "accounts.assignment", "accounts.RoleAssignment", str, _assignments, _page("accounts:assignment", key)
        )
    )
    register(SubjectType("accounts.service_identity", "accounts.ServiceIdentity", str, _services))
    register(SubjectType("accounts.token", "accounts.ApiToken", str, _tokens))
