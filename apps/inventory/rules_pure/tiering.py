"""The first reading of an intake: provisional tier by the floors, prohibited practices, transparency duties.

The nine answers are a mapping: `technique`, `person_effect`, `data_classes`, `audience`, `actions`, `areas`,
`practices`, `platform` (and `purpose`, which no rule reads). What is missing or unknown counts as the worse answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown"
TIERS = ("T1", "T2", "T3", "T4")

# EU AI Act, Art. 5(1), in plain words. The key names the letter.
PROHIBITED: dict[str, str] = {
    "manipulation": "Influence people without their noticing, or deceive them, so that they decide to their harm (5(1)(a))",
    "vulnerability": "Exploit that people are young, old, disabled or poor, to their harm (5(1)(b))",
    "social_scoring": "Rate people by their behaviour or character and treat them worse elsewhere for it (5(1)(c))",
    "crime_prediction": "Predict that a person will commit a crime from their profile or character alone (5(1)(d))",
    "face_scraping": "Collect faces from the internet or cameras to build a recognition database (5(1)(e))",
    "workplace_emotion": "Recognise the emotions of staff or pupils, other than for medical or safety reasons (5(1)(f))",
    "biometric_category": "Conclude race, politics, union, religion or sexuality from faces or bodies (5(1)(g))",
    "live_identification": "Identify people at a distance in public in real time, for law enforcement (5(1)(h))",
}
# EU AI Act, Art. 50.
TRANSPARENCY: dict[str, str] = {
    "talks_to_people": "People who talk to it are told that it is a machine (Art. 50(1))",
    "marks_content": "What it generates is marked as made by a machine (Art. 50(2))",
    "recognises_people": "People whose emotions or category it recognises are told (Art. 50(3))",
    "discloses_deepfake": "Pictures, sound or film that look real are disclosed as artificial (Art. 50(4))",
}
HIGH_RISK_AREAS: dict[str, str] = {
    "employment": "recruitment, promotion, task allocation or watching of staff (Annex III, 4)",
    "life_health_insurance": "risk or price of life and health insurance for persons (Annex III, 5(c))",
    "credit": "creditworthiness of persons (Annex III, 5(b))",
    "biometrics": "recognition of people by face, voice or body (Annex III, 1)",
    "education": "admission to or marking in education (Annex III, 3)",
    "public_services": "access to public benefits or emergency services (Annex III, 5(a), 5(d))",
    "safety": "safety of critical infrastructure or of products (Annex III, 2; Art. 6(1))",
}


@dataclass(frozen=True, slots=True)
class Floor:
    """A rule that was hit: the least tier it demands, the sentence, and the question whose answer hit it."""

    tier: str
    sentence: str
    question: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the portal makes of the answers at once; people confirm or correct it."""

    tier: str
    rule: Floor | None
    floors: tuple[Floor, ...]
    prohibited: tuple[str, ...]
    transparency: tuple[str, ...]
    legal_hint: str
    notes: tuple[str, ...]

    @property
    def is_prohibited(self) -> bool:
        """Tell whether a prohibited practice was named."""
        return bool(self.prohibited)


def highest(tiers: list[str] | tuple[str, ...]) -> str:
    """Return the most demanding tier, or an empty string when there is none; an unknown one counts as T1."""
    known = [tier if tier in TIERS else "T1" for tier in tiers]
    return min(known, default="")


def read(answers: Mapping[str, Any]) -> Reading:
    """Read the intake's answers: tier by the highest floor hit, and the two screens."""
    practices = _many(answers, "practices")
    prohibited = tuple(name for name in PROHIBITED if name in practices)
    floors = tuple(sorted(_floors(answers), key=lambda floor: floor.tier))
    tier = floors[0].tier if floors else "T4"
    duties = _transparency(answers)
    hint = _legal_hint(answers, prohibited, duties)
    return Reading(
        tier="" if prohibited or hint == "not_ai" else tier,
        rule=floors[0] if floors else None,
        floors=floors,
        prohibited=prohibited,
        transparency=duties,
        legal_hint=hint,
        notes=tuple(_notes(answers)),
    )


def _one(answers: Mapping[str, Any], name: str) -> str:
    return str(answers.get(name) or UNKNOWN)


def _many(answers: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the chosen values; nothing chosen is unknown, "none" is the empty set."""
    chosen = answers.get(name) or [UNKNOWN]
    values = frozenset([chosen] if isinstance(chosen, str) else chosen)
    return values - {"none"}


def _floors(answers: Mapping[str, Any]) -> list[Floor]:
    found = [*_person_floors(answers), *_area_floors(answers), *_action_floors(answers), *_data_floors(answers)]
    found += _audience_floors(answers)
    if _one(answers, "platform") != "approved":
        found.append(Floor("T3", "It does not run on an approved platform.", "platform"))
    return found


def _person_floors(answers: Mapping[str, Any]) -> list[Floor]:
    effect = _one(answers, "person_effect")
    sentences = {
        "decides": Floor("T1", "It decides or mainly shapes outcomes for persons.", "person_effect"),
        "advises": Floor("T2", "It advises on persons.", "person_effect"),
        UNKNOWN: Floor("T1", "It is not known what it means for persons, which counts as deciding.", "person_effect"),
    }
    return [sentences[effect]] if effect in sentences else []


def _area_floors(answers: Mapping[str, Any]) -> list[Floor]:
    areas = _many(answers, "areas")
    found = [
        Floor("T1", f"Legally high-risk unless a person finds otherwise: {text}.", "areas")
        for name, text in HIGH_RISK_AREAS.items()
        if name in areas
    ]
    if "pricing" in areas:
        found.append(Floor("T1", "It sets prices, reserves or capital.", "areas"))
    if "critical_function" in areas:
        found.append(Floor("T1", "A critical function of the enterprise depends on it.", "areas"))
    if "fraud" in areas:
        found.append(
            Floor("T2", "It points at possible fraud of persons (an exception in Annex III to check).", "areas")
        )
    if UNKNOWN in areas:
        found.append(Floor("T1", "It is not known which area it serves, which counts as a high-risk one.", "areas"))
    return found


def _action_floors(answers: Mapping[str, Any]) -> list[Floor]:
    floors = {
        "irreversible": Floor("T1", "It moves money or acts in a way that cannot be undone.", "actions"),
        "writes": Floor("T2", "It writes into other systems by itself.", "actions"),
        UNKNOWN: Floor("T1", "It is not known what it does by itself, which counts as acting irreversibly.", "actions"),
    }
    floor = floors.get(_one(answers, "actions"))
    return [floor] if floor else []


def _data_floors(answers: Mapping[str, Any]) -> list[Floor]:
    classes = _many(answers, "data_classes")
    found = []
    if "special_category" in classes:
        found.append(Floor("T2", "It works with special categories of personal data.", "data_classes"))
    if UNKNOWN in classes:
        found.append(
            Floor("T2", "The class of its data is not known, which counts as special-category.", "data_classes")
        )
    if classes & {"personal", "confidential", "restricted"}:
        found.append(Floor("T3", "It works with personal or confidential data.", "data_classes"))
    return found


def _audience_floors(answers: Mapping[str, Any]) -> list[Floor]:
    audience = _one(answers, "audience")
    if audience == "outside":
        return [Floor("T2", "Customers or the public see what it produces.", "audience")]
    if audience == UNKNOWN:
        return [Floor("T2", "It is not known who sees what it produces, which counts as customers.", "audience")]
    # Output that nobody reviews is no ordinary internal use.
    return [Floor("T3", "Colleagues use its output without reviewing it.", "audience")] if audience == "inside" else []


def _transparency(answers: Mapping[str, Any]) -> tuple[str, ...]:
    technique, audience = _one(answers, "technique"), _one(answers, "audience")
    duties = []
    if audience in ("outside", UNKNOWN) and technique in ("generates", "acts", UNKNOWN):
        duties += ["talks_to_people", "marks_content"]
    if "biometrics" in _many(answers, "areas"):
        duties.append("recognises_people")
    if technique == "imitates":
        duties += ["marks_content", "discloses_deepfake"]
    return tuple(name for name in TRANSPARENCY if name in duties)


def _legal_hint(answers: Mapping[str, Any], prohibited: tuple[str, ...], duties: tuple[str, ...]) -> str:
    """Return the legal class that the answers point to; a person confirms the first three."""
    if prohibited:
        return "prohibited"
    if _one(answers, "technique") == "rules":
        return "not_ai"
    if _many(answers, "areas") & set(HIGH_RISK_AREAS):
        return "high_risk"
    return "transparency" if duties else "none"


def _notes(answers: Mapping[str, Any]) -> list[str]:
    notes = []
    if UNKNOWN in _many(answers, "practices"):
        notes.append("Whether a prohibited practice is involved is not known: a lawyer looks at it first.")
    if "fraud" in _many(answers, "areas"):
        notes.append(
            "Detecting financial fraud is excepted from Annex III, 5(b): a person checks whether that holds here."
        )
    if _one(answers, "technique") == "rules":
        notes.append("Fixed rules written by people are no AI system (Art. 3(1)): triage confirms that.")
    return notes
