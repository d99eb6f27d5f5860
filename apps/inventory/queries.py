"""Reads of the inventory that join several records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import (
    AISystem,
    ApprovedUse,
    Authorisation,
    AuthorisationKind,
    DataClass,
    MaterialChange,
    MaterialField,
    Release,
    Stage,
    StageTransition,
)
from .rules_pure import answering


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A material field that changed after an authorisation, with what stood and what stands."""

    label: str
    before: str
    after: str
    changed_at: Any


def changed_since(system: AISystem, revision: int) -> list[ChangedField]:
    """Return the material fields that changed after a revision, by their labels, the latest first."""
    labels = {
        (table, column): label
        for table, column, label in MaterialField.objects.values_list("table_name", "column_name", "label")
    }
    changes = MaterialChange.objects.filter(system_id=system.pk, revision__gt=revision).order_by("-id")[:100]
    return [
        ChangedField(
            labels.get((change.table_name, change.column_name), change.column_name),
            change.before or "",
            change.after or "",
            change.changed_at,
        )
        for change in changes
    ]


def changed_labels(system: AISystem, revision: int) -> list[str]:
    """Return the names of the material fields that changed after a revision, each once."""
    return list(dict.fromkeys(change.label for change in changed_since(system, revision)))


def usable_authorisation(
    system: AISystem, gates: list[str], environment: str, *, since: Any = None
) -> Authorisation | None:
    """Return the decision or exception that lets the system enter an environment now, if there is one."""
    kinds = [AuthorisationKind.DECISION, AuthorisationKind.EXCEPTION]
    found = system.authorisations.valid().filter(gate__in=gates, environment=environment, kind__in=kinds)
    return (found.filter(issued_at__gte=since) if since else found).order_by("-issued_at").first()


def why_no_authorisation(system: AISystem, gates: list[str], environment: str, *, since: Any = None) -> str:
    """Return the sentence that says why nothing lets the system enter an environment now."""
    names = _(" or ").join(gates)
    found = system.authorisations.filter(gate__in=gates, environment=environment).exclude(kind=AuthorisationKind.LEGACY)
    latest = (found.filter(issued_at__gte=since) if since else found).order_by("-issued_at").first()
    if latest is None:
        return _(
            "This step needs a decision at gate %(gates)s, and none stands yet. Submit the system for review, "
            "or wait for the review that is open."
        ) % {"gates": names}
    status = latest.status()[0]
    if status == "stale":
        labels = changed_labels(system, latest.material_revision)
        return _(
            "%(key)s no longer fits: after the decision this changed: %(fields)s. Submit the system for review again."
        ) % {"key": latest.key, "fields": ", ".join(labels) or _("its content")}
    sentences = {
        "revoked": _("%(key)s was revoked: %(why)s"),
        "expired": _("%(key)s expired on %(until)s. Submit the system for review again."),
        "future": _("%(key)s is not in force before %(begin)s."),
    }
    return sentences.get(status, sentences["expired"]) % {
        "key": latest.key,
        "why": latest.revoked_reason,
        "until": date_format(latest.valid_until, "j F Y"),
        "begin": date_format(latest.valid_from, "j F Y"),
    }


def steps_from(system: AISystem) -> list[StageTransition]:
    """Return the steps of the policy in force that the system's tier may take from its stage."""
    tier = system.effective_tier
    steps = StageTransition.objects.filter(source=system.stage)
    return [step for step in steps if tier in step.tiers.split(",")]


def gates_to(system: AISystem, target: str) -> list[str] | None:
    """Return the gates that guard a step (empty: it is free); None when the policy knows no such step."""
    steps = [step for step in steps_from(system) if step.target == target]
    if not steps:
        return None
    return [] if any(step.gate == "" for step in steps) else sorted({step.gate for step in steps})


def standing_authorisation(system: AISystem) -> Authorisation | None:
    """Return the authorisation to show for a system: the one for its stage in force, else the latest issued."""
    issued = system.authorisations.filter(environment__in=["pilot", "production"]).order_by("-issued_at")
    return issued.valid().first() or issued.first()


def resolve_merged(record: Any) -> Any:
    """Follow what a record was merged into, to the one that stands."""
    seen = set()
    while record.merged_into_id and record.pk not in seen:
        seen.add(record.pk)
        record = record.merged_into
    return record


def matching(queryset: Any, words: str, limit: int = 5) -> list[Any]:
    """Return the rows that speak of the same thing: the most similar first, by trigrams in their search text."""
    text = " ".join(words.replace("\x00", "").lower().split())[:300]
    telling = [word for word in dict.fromkeys(text.split()) if len(word) > 3][:12]
    if not telling:
        return []
    condition = Q()
    for word in telling:
        condition |= Q(search_text__contains=word[:7])
    likeness = TrigramWordSimilarity(text, "search_text")
    return list(queryset.filter(condition).annotate(likeness=likeness).order_by("-likeness", "key")[:limit])


@dataclass(frozen=True, slots=True)
class Answer:
    """May I use this, with this data? Yes, no or ask, and the approved use that says so."""

    use: ApprovedUse
    verdict: answering.Verdict
    sentence: str

    @property
    def tone(self) -> str:
        """The tone in which the answer is shown."""
        return {"yes": "good", "no": "bad"}.get(self.verdict.answer, "warning")

    @property
    def word(self) -> str:
        """The answer in a word."""
        return {"yes": _("Yes"), "no": _("No")}.get(self.verdict.answer, _("Ask first"))


def answer_for(use: ApprovedUse, data_classes: list[str]) -> Answer:
    """Answer for one approved use and the data that somebody would use."""
    found = answering.verdict(use.data_classes, data_classes)
    allowed = ", ".join(str(DataClass(name).label) for name in use.data_classes)
    key = use.authorisation.key if use.authorisation else use.key
    names = {"key": key, "allowed": allowed.lower()}
    if found.answer == "yes":
        sentence = _("Allowed by %(key)s for %(allowed)s.") % names
    elif found.answer == "no":
        names["missing"] = ", ".join(str(DataClass(name).label) for name in found.uncovered).lower()
        sentence = _("%(key)s allows %(allowed)s, not %(missing)s.") % names
    elif data_classes:
        sentence = (
            _("You are not sure about your data, so treat it as the most protected. %(key)s allows %(allowed)s.")
            % names
        )
    else:
        sentence = _("%(key)s allows %(allowed)s. Say which data you would use to get an answer.") % names
    return Answer(use, found, sentence)


def candidate_release(system: AISystem) -> Release | None:
    """Return the release that the next review is about: the newest that was not withdrawn."""
    return system.releases.filter(withdrawn_at=None).order_by("-number").first()


def covering(release: Release, environment: str) -> Authorisation | None:
    """Return a decision that lets a release run in an environment now; production covers pilot. None: nothing does."""
    environments = [environment, Stage.PRODUCTION] if environment == Stage.PILOT else [environment]
    return (
        Authorisation.objects.valid()
        .filter(
            release=release, release__withdrawn_at=None, kind=AuthorisationKind.DECISION, environment__in=environments
        )
        .order_by("-valid_until")
        .first()
    )
