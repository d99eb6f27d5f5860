"""Who may do what about findings and exceptions, beyond the role."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.kernel import authorisation, subjects
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.rules import rule_named

from .models import ExceptionStatus, Finding, FindingStatus, PolicyException


def may_work_on(*, actor: Actor, finding: Finding, **_arguments: Any) -> Decision:
    """Let a person work on a finding while it stands."""
    if finding.status == FindingStatus.CLOSED:
        return Denied(_("This finding is closed; the rule opens a new one if it comes back."))
    return Allowed() if actor.is_person else Denied(_("Only a person takes on a finding."))


def profits(person_id: str, about: Any) -> bool:
    """Tell whether somebody belongs to the line that profits from the record: its owner, deputy or sponsor."""
    line = (getattr(about, name, None) for name in ("owner_id", "deputy_id", "sponsor_id", "proposer_id"))
    return str(person_id) in {str(identifier) for identifier in line if identifier}


def may_decide_exception(*, actor: Actor, exception: PolicyException, **_arguments: Any) -> Decision:
    """Let two people outside the line that profits decide, neither of whom asked."""
    if not actor.is_person:
        return Denied(_("Only a person decides on an exception."))
    if exception.status != ExceptionStatus.REQUESTED:
        return Denied(_("This exception is already decided."))
    if str(exception.requested_by_id) == actor.id:
        return Denied(_("You asked for this exception; two other people decide."))
    if str(exception.first_approver_id) == actor.id:
        return Denied(_("You approved it already; a second person decides."))
    if profits(actor.id, subjects.find(exception.subject_type, exception.subject_id)):
        return Denied(_("You answer for this record, so you cannot except it."))
    return Allowed()


def may_end_exception(*, actor: Actor, exception: PolicyException, **_arguments: Any) -> Decision:
    """Let an exception that stands be ended early."""
    if exception.status != ExceptionStatus.GRANTED:
        return Denied(_("Only a granted exception can be ended."))
    return Allowed()


def may_settle(*, actor: Actor, finding: Finding, **_arguments: Any) -> Decision:
    """Let an auditor settle what no rule can see cured; everything else the rule closes by itself."""
    rule = rule_named(finding.rule_id)
    if finding.status == FindingStatus.CLOSED:
        return Denied(_("This finding is closed."))
    if rule is None or rule.settled_by is None:
        return Denied(_("The rule closes this finding by itself once it is true."))
    decision = authorisation.decide(actor, rule.settled_by)
    return decision if not decision else Allowed()
