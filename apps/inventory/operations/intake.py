"""The intake: proposing a use of AI, and what triage makes of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import AISystem, Intake, IntakeOutcome, LegalClass, UseCase
from apps.inventory.rules_pure import tiering
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.work.operations import send_notice

from .checks import check_fields, check_words, need_reason
from .systems import make_owner, register_system
from .usecases import link_use_case, register_use_case, set_legal_class

QUESTIONS = (
    "technique", "person_effect", "data_classes", "audience", "actions", "areas", "practices", "platform",
)  # fmt: skip
CLOSING = (IntakeOutcome.NOT_AI, IntakeOutcome.DUPLICATE, IntakeOutcome.PLATFORM, IntakeOutcome.REFUSED)


@operation(Event.INTAKE_PROPOSED, needs=Permission.INVENTORY_INTAKE_PROPOSE, may=permissions.may_propose)
def propose(
    *, actor: Actor, purpose: str, answers: dict[str, Any], department: Department | None = None, name: str = ""
) -> Intake:
    """Ask for a use of AI: nine answers, read at once; a prohibited practice is blocked on the spot."""
    proposer = Person.objects.get(pk=actor.id)
    department = department or proposer.department
    if len(purpose.strip()) < 10:
        raise Invalid({"purpose": [_("Say in a sentence or two what you would like AI to do.")]})
    if department is None:
        raise Invalid({"department": [_("Choose the department that would use it.")]})
    check_words({"purpose": purpose, "name": name})
    name = (name.strip() or _first_words(purpose))[:250]
    check_fields(Intake, {"name": name})
    reading = tiering.read(answers)
    return Intake.objects.create(
        key=next_key("INT"),
        name=name,
        purpose=purpose.strip(),
        answers={question: answers.get(question) for question in QUESTIONS},
        department=department,
        proposer=proposer,
        provisional_tier=reading.tier,
        tier_rules=[[floor.tier, floor.sentence] for floor in reading.floors],
        prohibited=list(reading.prohibited),
        transparency=list(reading.transparency),
        outcome=IntakeOutcome.BLOCKED if reading.is_prohibited else IntakeOutcome.WAITING,
        reason="; ".join(tiering.PROHIBITED[name] for name in reading.prohibited),
        proposed_at=clock.now(),
    )


@operation(
    Event.INTAKE_ACCEPTED, needs=Permission.INVENTORY_INTAKE_TRIAGE, subject="intake", may=permissions.may_accept
)
def accept_intake(
    *,
    actor: Actor,
    intake: Intake,
    reason: str,
    name: str = "",
    system: AISystem | None = None,
    owner: Person | None = None,
) -> Intake:
    """Put the wish on record: a use case, on the named system or a new one; its owner gets the role it takes."""
    need_reason(reason)
    owner = owner or (system.owner if system else None) or intake.proposer
    if not owner.is_active:
        raise Invalid({"owner": [_("%(name)s has left.") % {"name": owner}]})
    name = name.strip() or intake.name
    use_case = _register_use_case(actor, intake, name, owner)
    if system is None:
        system = register_system(
            actor=actor,
            name=name,
            summary=intake.purpose,
            department=intake.department,
            owner=owner,
            proposer=intake.proposer,
            legal_entity=intake.department.legal_entity,
            provisional_tier=intake.provisional_tier,
            person_effect=use_case.person_effect,
            data_classes=use_case.data_classes,
            approved_platform=intake.answers.get("platform") == "approved",
        )
        make_owner(owner, intake.department, reason=f"{intake.key}: {reason}")
    link_use_case(actor=actor, use_case=use_case, system=system)
    intake.use_case, intake.system = use_case, system
    _decide(actor, intake, IntakeOutcome.ACCEPTED, reason)
    return intake


@operation(Event.INTAKE_CLOSED, needs=Permission.INVENTORY_INTAKE_TRIAGE, subject="intake", may=permissions.may_triage)
def close_intake(
    *,
    actor: Actor,
    intake: Intake,
    outcome: str,
    reason: str,
    system: AISystem | None = None,
    use_case: UseCase | None = None,
) -> Intake:
    """Close a wish without a record of its own: not AI, exists already, use of an approved platform, or refused."""
    need_reason(reason)
    if outcome not in CLOSING:
        raise Invalid({"outcome": [_("Choose what becomes of it.")]})
    if outcome in (IntakeOutcome.DUPLICATE, IntakeOutcome.PLATFORM) and system is None and use_case is None:
        raise Invalid({"system": [_("Name the system or use case that exists already.")]})
    intake.system, intake.use_case = system, use_case
    _decide(actor, intake, outcome, reason)
    return intake


@operation(
    Event.INTAKE_WITHDRAWN,
    needs=Permission.INVENTORY_INTAKE_PROPOSE,
    subject="intake",
    may=permissions.may_withdraw_intake,
)
def withdraw_intake(*, actor: Actor, intake: Intake, reason: str = "") -> Intake:
    """Take back one's own wish while it waits."""
    intake.outcome, intake.reason = IntakeOutcome.WITHDRAWN, reason
    intake.save(update_fields=["outcome", "reason"])
    return intake


def _register_use_case(actor: Actor, intake: Intake, name: str, owner: Person) -> UseCase:
    answers = intake.answers
    classes = [value for value in answers.get("data_classes") or [] if value not in ("unknown", "none")]
    use_case = register_use_case(
        actor=actor,
        name=name,
        purpose=intake.purpose,
        department=intake.department,
        owner=owner,
        proposer=intake.proposer,
        legal_entity=intake.department.legal_entity,
        provisional_tier=intake.provisional_tier,
        person_effect=answers.get("person_effect") or "unknown",
        data_classes=classes,
        screening=answers,
    )
    hint = tiering.read(answers).legal_hint
    if hint in (LegalClass.HIGH_RISK, LegalClass.TRANSPARENCY, LegalClass.NOT_AI):
        set_legal_class(actor=actor, use_case=use_case, legal_class=hint, reason=_("Read from the intake"))
    return use_case


def _decide(actor: Actor, intake: Intake, outcome: str, reason: str) -> None:
    intake.outcome, intake.reason, intake.decided_at = outcome, reason.strip(), clock.now()
    intake.decided_by = Person.objects.get(pk=actor.id)
    intake.save(update_fields=["outcome", "reason", "decided_at", "decided_by", "system", "use_case"])
    text = _("%(key)s “%(name)s”: %(outcome)s. %(reason)s") % {
        "key": intake.key,
        "name": intake.name[:80],
        "outcome": IntakeOutcome(outcome).label,
        "reason": intake.reason,
    }
    send_notice(actor=actor, person=intake.proposer, text=text, about=intake)


def _first_words(purpose: str) -> str:
    line = purpose.strip().splitlines()[0].split(". ")[0]
    return line if len(line) <= 80 else line[:80].rsplit(" ", 1)[0] + " …"
