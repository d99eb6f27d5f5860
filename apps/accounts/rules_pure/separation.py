"""Duties that no one role may join: who runs the portal does not decide, who audits changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission as P  # noqa: N817 - the table is easier to read

ADMINISTERS = frozenset({P.ACCOUNTS_ASSIGNMENT_EDIT, P.ACCOUNTS_ROLE_EDIT})
DECIDES = frozenset(
    {name for name in P if name.startswith("gates.decision.")}
    | {P.COMPLIANCE_EXCEPTION_DECIDE, P.ASSESSMENTS_ASSESSMENT_SIGN, P.ASSESSMENTS_CLASSIFICATION_CONFIRM}
)
# What reaches the whole enterprise or its secrets: only roles that end and that a second administrator confirms.
PRIVILEGED = ADMINISTERS | {
    P.ACCOUNTS_PERSON_EDIT,
    P.ASSESSMENTS_QUESTIONNAIRE_EDIT,
    P.AUDIT_ENTRY_EXPORT,
    P.AUDIT_ENTRY_VIEW,
    P.AUDIT_INTEGRITY_VERIFY,
    P.GATES_DECISION_COMMITTEE,
    P.GATES_POLICY_EDIT,
    P.INVENTORY_AUTHORISATION_REVOKE,
    P.INVENTORY_SYSTEM_VIEW_RESTRICTED,
}
AUDITS = frozenset({P.AUDIT_INTEGRITY_VERIFY})


def is_privileged(permissions: Iterable[str]) -> bool:
    """Tell whether a set of permissions takes a privileged role."""
    return bool(PRIVILEGED.intersection(permissions))


def check(permissions: Iterable[str]) -> Decision:
    """Check a set of permissions held together."""
    held = frozenset(permissions)
    if held & ADMINISTERS and held & DECIDES:
        return Denied("Who manages roles does not decide: no administrator approves.")
    if held & AUDITS and held & DECIDES:
        return Denied("Who audits does not decide.")
    return Allowed()
