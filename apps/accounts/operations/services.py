"""Writes about service identities: technical accounts that a person answers for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.accounts.events import Event
from apps.accounts.models import ApiToken, Person, ServiceIdentity
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission


@operation(Event.SERVICE_REGISTERED, needs=Permission.ACCOUNTS_PERSON_EDIT, within_reach_of="owner")
def register_service(*, actor: Actor, name: str, purpose: str, owner: Person) -> ServiceIdentity:
    """Put a service identity on record, with the person who answers for it and issues its tokens."""
    problems: dict[str, list[str]] = {}
    if not name.strip() or len(name) > 120:
        problems["name"] = [_("Give the service a name of 120 characters at most.")]
    elif ServiceIdentity.objects.filter(name=name.strip()).exists():
        problems["name"] = [_("There is a service of this name.")]
    if not purpose.strip():
        problems["purpose"] = [_("Say what the service does.")]
    if not owner.is_active:
        problems["owner"] = [_("This account is closed.")]
    if problems:
        raise Invalid(problems)
    return ServiceIdentity.objects.create(name=name.strip(), purpose=purpose.strip(), owner=owner)


@operation(Event.SERVICE_CLOSED, needs=Permission.ACCOUNTS_PERSON_EDIT, subject="service")
def close_service(*, actor: Actor, service: ServiceIdentity) -> ServiceIdentity:
    """Close a service identity: its tokens end at once, and it gets no data from now on."""
    ApiToken.objects.filter(service=service, revoked_at=None).update(revoked_at=clock.now())
    service.is_active = False
    service.save(update_fields=["is_active"])
    return service
