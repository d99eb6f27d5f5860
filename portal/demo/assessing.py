"""Fill in a risk assessment as a careful analyst would who knows what the demo says of a system."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.accounts.models import Person
from apps.assessments import operations
from apps.assessments.models import Assessment, Classification
from apps.assessments.queries import standing_of
from apps.inventory.models import UseCase
from apps.kernel import clock

from .organisation import person
from .systems import DemoSystem

AREAS = {
    "Life pricing model": ["life_health_insurance", "pricing"],
    "Health answers triage": ["life_health_insurance"],
    "Motor pricing model": ["pricing"],
    "Telematics score": ["pricing"],
    "Claims fraud referral": ["fraud_detection"],
    "CV screening": ["employment"],
    "Shift planning": ["employment"],
    "Reserving model": ["reserving_capital"],
    "Mortality tables study": ["reserving_capital"],
}
TALKS_OUTSIDE = ("Customer chatbot", "Voice assistant")
# The better of the answers that an honest analyst finds most often.
LIKELY = ("tested", "in_place", "yes", "approved", "none", "narrow")


def screening(system: DemoSystem) -> dict[str, Any]:
    """Return the answers to the screening that follow from what the demo says of a system."""
    acts = (
        "irreversible"
        if system.name == "Payout agent"
        else "writes"
        if system.autonomy.startswith("decides")
        else "none"
    )
    if system.tier in ("T3", "T4"):
        acts = "none"
    people = "applicants" if system.department == "people" and system.effect != "none" else "customers"
    return {
        "is_ai": "yes",
        "practices": ["emotions_at_work"] if system.name == "Staff mood camera" else ["none"],
        "areas": AREAS.get(system.name, ["none"]),
        "person_effect": system.effect,
        "people": [people] if system.effect != "none" or "personal" in system.data else ["none"],
        "data": list(system.data),
        "interaction": ["talks_outside"] if system.name in TALKS_OUTSIDE else ["none"],
        "critical_function": "no",
        "actions": acts if acts != "none" else ["none"],
        "platform": "approved" if system.tier == "T4" else "other",
        "narrow_task": "more",
        "profiling": "no",
    }


def assess(use_case: UseCase, system: DemoSystem, *, finish: bool = True) -> Assessment:
    """Assign, fill in, submit and sign the assessment of a use case; stop half-way where it shall be seen under way."""
    lead, analyst, signer = person("Lea Brandt"), person("Greta Sommer"), person("Jonas Keller")
    assessment = operations.assign_assessment(
        actor=lead.as_actor(), about=use_case, assigned_to=analyst, due_on=clock.today() + timedelta(days=21)
    )
    known = screening(system)
    for _round in range(12):
        waiting = standing_of(assessment).missing()
        if not waiting or (not finish and _round == 1):
            break
        for question in waiting:
            value = fitting(question, known.get(question.id), system, analyst)
            operations.answer_question(
                actor=analyst.as_actor(), assessment=assessment, question=question.id, value=value, version=0
            )
    if not finish:
        return assessment
    operations.submit_assessment(actor=analyst.as_actor(), assessment=assessment)
    assessment.refresh_from_db()
    operations.sign_off(actor=signer.as_actor(), assessment=assessment, reason="Complete and plausible")
    legal = person("Henrik Lund")
    for classification in Classification.objects.filter(assessment=assessment, confirmed_by=None):
        if classification.proposed in ("prohibited", "high_risk", "exempted"):
            operations.confirm_classification(
                actor=legal.as_actor(),
                classification=classification,
                legal_class=classification.proposed,
                reason="As proposed",
            )
    return assessment


def fitting(question: Any, wanted: Any, system: DemoSystem, analyst: Person) -> Any:
    """Return an answer of the question's type: the known one, else the likeliest."""
    kind = str(question.type.value)
    options = [option.value for option in question.options]
    if kind in ("single", "scale"):
        value = wanted[0] if isinstance(wanted, list) else wanted
        if value in options:
            return value
        if kind == "scale":
            return options[1 if system.tier in ("T3", "T4") else 2]
        return next((likely for likely in LIKELY if likely in options), options[0])
    if kind == "multiple":
        values = wanted if isinstance(wanted, list) else [wanted]
        fits = [value for value in values if value in options]
        return fits or (["none"] if "none" in options else options[:1])
    if kind == "number":
        return {"outage_hours": "24", "peak": "400"}.get(question.id, "48000")
    if kind == "date":
        return (clock.today() - timedelta(days=20)).isoformat()
    if kind == "person":
        return str(analyst.pk)
    return sentence(question.id, system)


def sentence(question: str, system: DemoSystem) -> str:
    """Return a sentence of the demo for a free-text question."""
    sentences = {
        "purpose_text": f"{system.purpose}, and for nothing else.",
        "alternative": "Today people do it by hand; the volume has doubled in three years.",
        "benefit_measure": "Handling time falls from twelve to seven minutes within a year.",
        "wrong_result": "A clerk notices within a day, and the case is done again by hand.",
    }
    return sentences.get(
        question, f"Described in the operating manual of “{system.name}”, last reviewed {clock.today():%B %Y}."
    )
