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
AUDITS = frozenset({P.AUDIT_INTEGRITY_VERIFY})


def check(permissions: Iterable[str]) -> Decision:
    """Check a set of permissions held together."""
    held = frozenset(permissions)
    if held & ADMINISTERS and held & DECIDES:
        return Denied("Who manages roles does not decide: no administrator approves.")
    if held & AUDITS and held & DECIDES:
        return Denied("Who audits does not decide.")
    return Allowed()
