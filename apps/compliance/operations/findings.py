"""Working on findings. Only rules close what rules opened."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.compliance import permissions
from apps.compliance.events import Event
from apps.compliance.models import Finding, FindingStatus
from apps.kernel import clock, subjects
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.work.operations import send_notice


@operation(
    Event.FINDING_ACKNOWLEDGED, needs=Permission.COMPLIANCE_FINDING_EDIT, subject="finding", may=permissions.may_work_on
)
def acknowledge_finding(*, actor: Actor, finding: Finding, remedy: str) -> Finding:
    """Say what is being done about a finding; the rule closes it once it is true."""
    if not remedy.strip():
        raise Invalid({"remedy": [_("Say what is being done.")]})
    finding.remedy = remedy.strip()
    if finding.status == FindingStatus.OPEN:
        finding.status = FindingStatus.ACKNOWLEDGED
    finding.save(update_fields=["remedy", "status"])
    return finding


@operation(
    Event.FINDING_ASSIGNED, needs=Permission.COMPLIANCE_FINDING_EDIT, subject="finding", may=permissions.may_work_on
)
def assign_finding(*, actor: Actor, finding: Finding, owner: Person, reason: str = "") -> Finding:
    """Give a finding to somebody."""
    if not owner.is_active:
        raise Invalid({"owner": [_("%(name)s has left.") % {"name": owner}]})
    if subjects.find_visible(finding.subject_type, finding.subject_id, owner) is None:
        raise Invalid({"owner": [_("%(name)s cannot see what this finding is about.") % {"name": owner}]})
    finding.owner = owner
    finding.save(update_fields=["owner"])
    send_notice(
        actor=actor,
        person=owner,
        text=_("A finding is yours: %(title)s") % {"title": finding.title},
        about=finding,
        kind="finding",
    )
    return finding


@operation(Event.FINDING_SETTLED, needs=None, subject="finding", may=permissions.may_settle)
def settle_finding(*, actor: Actor, finding: Finding, reason: str) -> Finding:
    """Close for good, with the explanation found, a finding whose cure no rule can see."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say what was found and what was done.")]})
    finding.status, finding.settled, finding.closed_at, finding.remedy = (
        FindingStatus.CLOSED,
        True,
        clock.now(),
        reason.strip(),
    )
    finding.save(update_fields=["status", "settled", "closed_at", "remedy"])
    return finding
