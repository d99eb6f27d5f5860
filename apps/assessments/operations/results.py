"""Writing results down the layers: the use case's class and tier, and so its systems' tier."""

from __future__ import annotations

from apps.assessments.models import Classification
from apps.inventory import operations as inventory
from apps.inventory.models import LegalClass, UseCase, UseCaseStatus
from apps.inventory.operations import usecases
from apps.kernel.actors import Actor


def write_down(actor: Actor, classification: Classification, tier: str) -> None:
    """Give what an assessment found to what it is about; a prohibition only once a person confirmed it."""
    about = classification.subject
    if not isinstance(about, UseCase):
        active = about.use_cases.filter(status=UseCaseStatus.ACTIVE)
        worst = min([tier, *(use_case.effective_tier for use_case in active)])
        usecases.follow_use_cases(actor=actor, system=about, tier=worst, provisional_tier=worst)
        return
    if classification.is_confirmed or classification.legal_class != LegalClass.PROHIBITED:
        inventory.set_legal_class(
            actor=actor,
            use_case=about,
            legal_class=classification.legal_class,
            confirmed=classification.is_confirmed,
        )
    inventory.set_tier(actor=actor, use_case=about, tier=tier)
