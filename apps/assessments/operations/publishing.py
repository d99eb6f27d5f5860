"""Publishing questionnaires and policies: new versions beside the old ones, never in their place."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.assessments import permissions
from apps.assessments.events import Event
from apps.assessments.models import PolicyKind, PolicyText, Questionnaire
from apps.assessments.rules_pure.policies import LegalPolicy, TierPolicy, load_policy
from apps.assessments.rules_pure.reading import load_questionnaire
from apps.assessments.rules_pure.texts import PackProblems, digest_of
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission


@operation(Event.QUESTIONNAIRE_PUBLISHED, needs=Permission.ASSESSMENTS_QUESTIONNAIRE_EDIT, may=permissions.may_publish)
def publish_questionnaire(*, actor: Actor, text: str, reason: str = "") -> Questionnaire:
    """Publish a version of a questionnaire; the same text again is the same version."""
    try:
        pack = load_questionnaire(text)
    except PackProblems as problem:
        raise Invalid({"text": problem.problems}) from problem
    known = Questionnaire.objects.filter(digest=pack.digest).first()
    if known is not None:
        return known
    if Questionnaire.objects.filter(key=pack.key, version=pack.version).exists():
        raise Invalid(
            {"text": [_("Version %(version)s is there already with another text.") % {"version": pack.version}]}
        )
    return Questionnaire.objects.create(
        key=pack.key,
        version=pack.version,
        title=pack.title,
        text=text,
        digest=pack.digest,
        published_at=clock.now(),
    )


@operation(Event.POLICY_PUBLISHED, needs=Permission.ASSESSMENTS_QUESTIONNAIRE_EDIT, may=permissions.may_publish)
def publish_policy(*, actor: Actor, text: str, reason: str) -> PolicyText:
    """Publish a version of a policy; it is in force at once, for what is submitted from now on."""
    try:
        policy = load_policy(text)
    except PackProblems as problem:
        raise Invalid({"text": problem.problems}) from problem
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the policy changes.")]})
    kind = PolicyKind.RISK_MATRIX
    if isinstance(policy, TierPolicy):
        kind = PolicyKind.TIERS
    elif isinstance(policy, LegalPolicy):
        kind = PolicyKind.LEGAL_CLASS
    if PolicyText.objects.filter(kind=kind, version=policy.version).exists():
        raise Invalid({"text": [_("Version %(version)s is there already.") % {"version": policy.version}]})
    return PolicyText.objects.create(
        kind=kind, version=policy.version, text=text, digest=digest_of(text), published_at=clock.now()
    )
