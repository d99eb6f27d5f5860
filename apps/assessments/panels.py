"""The panel of assessments and risks on the pages of systems and use cases, and its part of the dossier."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.kernel import authorisation, dossier
from apps.kernel.panels import Panel, register
from apps.kernel.permissions import Permission

from .models import Assessment, AssessmentStatus, Classification, RiskScenario, RiskStatus


def _panel(request: Any, about: Any) -> dict[str, Any] | None:
    visible = Assessment.objects.visible_to(request.user)
    condition = Q(use_case=about) if about._meta.label == "inventory.UseCase" else _on_system(about)
    assessments = list(visible.filter(condition).select_related("system", "use_case", "assigned_to"))
    risks = RiskScenario.objects.visible_to(request.user).filter(condition, status=RiskStatus.OPEN)
    may_assign = authorisation.decide(request.actor, Permission.ASSESSMENTS_ASSESSMENT_ASSIGN, about)
    parameter = "use_case" if about._meta.label == "inventory.UseCase" else "system"
    return {
        "assessments": assessments,
        "risks": list(risks),
        "may_assign": may_assign,
        "assign_url": f"{reverse('assessments:assign')}?{parameter}={about.key}",
        "risk_url": f"{reverse('assessments:record_risk')}?{parameter}={about.key}",
        "may_record": authorisation.decide(request.actor, Permission.ASSESSMENTS_RISK_EDIT, about),
    }


def _on_system(system: Any) -> Q:
    return Q(system=system) | Q(use_case__in=system.use_cases.values("pk"))


def dossier_part(system: Any) -> dict[str, Any]:
    """Return what is signed about a system and its uses, the risks on the register, and the legal outcomes."""
    condition = _on_system(system)
    signed = Assessment.objects.filter(condition, status=AssessmentStatus.SIGNED).select_related("questionnaire")
    risks = RiskScenario.objects.filter(condition, status=RiskStatus.OPEN)
    classes = Classification.objects.filter(condition, assessment__status=AssessmentStatus.SIGNED)
    classes = classes.select_related("system", "use_case")
    return {
        "assessments": [_signed_part(one) for one in signed.order_by("key")],
        "risks": [_risk_part(risk) for risk in risks.order_by("key")],
        "legal_classes": [
            {
                "about": one.subject.key,
                "legal_class": one.legal_class,
                "rule": f"{one.rule} {one.rule_version}",
                "confirmed_by": one.confirmed_by_id,
            }
            for one in classes.order_by("id")
        ],
    }


def _signed_part(one: Assessment) -> dict[str, Any]:
    return {
        "key": one.key,
        "questionnaire": f"{one.questionnaire.key} {one.questionnaire.version}",
        "questionnaire_digest": one.questionnaire.digest,
        "content_hash": one.content_hash,
        "tier": one.tier,
        "legal_class": one.legal_class,
        "inherent": one.inherent_band,
        "residual": one.residual_band,
        "signed_by": one.signed_by_id,
        "signed_on": one.signed_at.date() if one.signed_at else None,
        "expires_on": one.expires_on,
    }


def _risk_part(risk: RiskScenario) -> dict[str, Any]:
    return {
        "key": risk.key,
        "title": risk.title,
        "category": risk.category,
        "inherent": [risk.inherent_likelihood, risk.inherent_impact],
        "residual": [risk.residual_likelihood, risk.residual_impact],
        "treatment": risk.treatment,
    }


def register_all() -> None:
    """Offer the panel and the dossier's part."""
    for subject in ("inventory.system", "inventory.use_case"):
        register(
            Panel(
                subject,
                "assessments",
                _("Assessments and risks"),
                "assessments/panels/assessments.html",
                _panel,
                order=20,
            )
        )
    dossier.register("assessments", dossier_part)
