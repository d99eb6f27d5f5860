"""Loaded texts: a questionnaire or policy is parsed once per process and known by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import models
from .rules_pure.policies import LegalPolicy, MatrixPolicy, TierPolicy, load_policy
from .rules_pure.questionnaire import Questionnaire
from .rules_pure.reading import load_questionnaire

_questionnaires: dict[str, Questionnaire] = {}
_policies: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies in force together."""

    tiers: TierPolicy
    legal: LegalPolicy
    matrix: MatrixPolicy

    def versions(self) -> dict[str, dict[str, str]]:
        """Return version and hash of each, for the record."""
        return {
            "tiers": {"version": self.tiers.version, "digest": self.tiers.digest},
            "legal_class": {"version": self.legal.version, "digest": self.legal.digest},
            "risk_matrix": {"version": self.matrix.version, "digest": self.matrix.digest},
        }


def pack_of(questionnaire: models.Questionnaire) -> Questionnaire:
    """Return a questionnaire parsed."""
    found = _questionnaires.get(questionnaire.digest)
    if found is None:
        found = _questionnaires[questionnaire.digest] = load_questionnaire(questionnaire.text)
    return found


def policies_in_force() -> Policies:
    """Return the newest policy of each kind."""
    newest = models.PolicyText.objects.order_by("kind", "-published_at", "-id").distinct("kind")
    texts = {kind: (pk, digest) for kind, pk, digest in newest.values_list("kind", "pk", "digest")}
    return Policies(*(_policy(*texts[kind]) for kind in ("tiers", "legal_class", "risk_matrix")))


def policy_with(digest: str) -> Any:
    """Return the policy of that hash."""
    return _policy(models.PolicyText.objects.values_list("pk", flat=True).get(digest=digest), digest)


def _policy(identifier: Any, digest: str) -> Any:
    found = _policies.get(digest)
    if found is None:
        text = models.PolicyText.objects.values_list("text", flat=True).get(pk=identifier)
        found = _policies[digest] = load_policy(text)
    return found


def questionnaire_offered(key: str = "ai-risk-assessment") -> models.Questionnaire | None:
    """Return the newest version of a questionnaire that new assessments may use."""
    return models.Questionnaire.objects.filter(key=key, offered=True).order_by("-published_at", "-id").first()
