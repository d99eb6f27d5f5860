"""Exceptions: asked for with a reason and an end, granted by two people outside the line that profits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.compliance import permissions
from apps.compliance.events import Event
from apps.compliance.models import ExceptionKind, ExceptionStatus, PolicyException
from apps.kernel import clock, subjects
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.kernel.rules import all_rules

LONGEST = timedelta(days=366)
# What no exception reaches (Art. 5 of Regulation (EU) 2024/1689: prohibited practices).
NEVER = ("prohibited",)


def _check(concerns: str, until: datetime, texts: dict[str, str]) -> None:
    problems: dict[str, list[str]] = {name: [_("This is needed.")] for name, text in texts.items() if not text.strip()}
    if any(word in concerns.lower() for word in NEVER):
        problems["concerns"] = [_("A prohibited practice has no exception.")]
    if any(rule.id == concerns and not rule.waivable for rule in all_rules()):
        problems["concerns"] = [_("This rule cannot be waived.")]
    if until <= clock.now() or until > clock.now() + LONGEST:
        problems["until"] = [_("An exception ends within a year from now.")]
    if problems:
        raise Invalid(problems)


@operation(Event.EXCEPTION_REQUESTED, needs=Permission.COMPLIANCE_EXCEPTION_REQUEST, within_reach_of="about")
def request_exception(
    *,
    actor: Actor,
    about: Any,
    concerns: str,
    reason: str,
    compensating_control: str,
    until: datetime,
    kind: str = ExceptionKind.WAIVER,
) -> PolicyException:
    """Ask for an exception about a record; `concerns` is a rule's id or a gate check such as "G4:exit"."""
    _check(concerns, until, {"reason": reason, "compensating_control": compensating_control, "concerns": concerns})
    return PolicyException.objects.create(
        key=next_key("EXC"),
        kind=kind,
        subject_type=subjects.type_name(about),
        subject_id=str(about.pk),
        concerns=concerns,
        reason=reason.strip(),
        compensating_control=compensating_control.strip(),
        until=until,
        requested_by_id=actor.id,
        requested_at=clock.now(),
    )


@operation(
    Event.EXCEPTION_APPROVED,
    needs=Permission.COMPLIANCE_EXCEPTION_DECIDE,
    subject="exception",
    may=permissions.may_decide_exception,
)
def approve_exception(*, actor: Actor, exception: PolicyException, reason: str = "") -> PolicyException:
    """Approve an exception: the first person's word waits for a second, who grants it."""
    if exception.first_approver_id is None:
        exception.first_approver_id = actor.id
    else:
        exception.second_approver_id, exception.status = actor.id, ExceptionStatus.GRANTED
        exception.decided_at = clock.now()
    exception.save(update_fields=["first_approver", "second_approver", "status", "decided_at"])
    if exception.status == ExceptionStatus.GRANTED:
        defer("compliance.evaluate", subject_type=exception.subject_type, subject_id=exception.subject_id)
    return exception


@operation(
    Event.EXCEPTION_REFUSED,
    needs=Permission.COMPLIANCE_EXCEPTION_DECIDE,
    subject="exception",
    may=permissions.may_decide_exception,
)
def refuse_exception(*, actor: Actor, exception: PolicyException, reason: str) -> PolicyException:
    """Refuse an exception, with the reason."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    exception.status, exception.decided_at = ExceptionStatus.REFUSED, clock.now()
    exception.save(update_fields=["status", "decided_at"])
    return exception


@operation(
    Event.EXCEPTION_ENDED,
    needs=Permission.COMPLIANCE_EXCEPTION_DECIDE,
    subject="exception",
    may=permissions.may_end_exception,
)
def end_exception(*, actor: Actor, exception: PolicyException, reason: str) -> PolicyException:
    """End a granted exception before its time."""
    exception.status = ExceptionStatus.ENDED
    exception.save(update_fields=["status"])
    defer("compliance.evaluate", subject_type=exception.subject_type, subject_id=exception.subject_id)
    return exception
