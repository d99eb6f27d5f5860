"""How the ledger stands, in plain words: the verdict, what is covered, and what it does not promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.kernel import authorisation, clock
from apps.kernel.actors import Actor
from apps.kernel.decision import Decision
from apps.kernel.errors import GatehouseError
from apps.kernel.permissions import Permission

from . import keys, queries, sinks
from .models import Checkpoint, Verification, VerificationState
from .operations import sealing
from .rules_pure.checkpoint import Malformed, parse

ALARMING = timedelta(minutes=5)
OVERDUE = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class OutsideCopy:
    """A place outside the database, and the newest checkpoint it keeps."""

    name: str
    size: int
    problem: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that the integrity page shows."""

    tone: str
    verdict: str
    explanation: str
    newest: Checkpoint | None
    waiting: queries.Waiting
    uncovered: int
    outside: list[OutsideCopy]
    keys: list[str]
    key_problem: str
    last: Verification | None
    limits: list[str]


def standing() -> Standing:
    """Return how the ledger stands now."""
    newest = Checkpoint.objects.order_by("-size").first()
    waiting = queries.waiting_to_be_sealed()
    outside = [_outside_copy(sink) for sink in sinks.configured()]
    covered = max([copy.size for copy in outside], default=0)
    uncovered = max(0, (newest.size if newest else 0) - covered) + waiting.count
    last = Verification.objects.exclude(finished_at=None).order_by("-finished_at").first()
    try:
        trusted, problem = [key.text() for key in keys.trusted_keys()], ""
    except GatehouseError as failure:
        trusted, problem = [], failure.message
    tone, verdict, explanation = _verdict(last, waiting, problem)
    return Standing(
        tone, verdict, explanation, newest, waiting, uncovered, outside, trusted, problem, last, _limits(uncovered)
    )


def may(actor: Actor, permission: Permission) -> Decision:
    """Return whether the actor may use one of the page's buttons, with the reason."""
    return authorisation.decide(actor, permission)


def _outside_copy(sink: Any) -> OutsideCopy:
    try:
        note = sink.latest()
        return OutsideCopy(
            sink.name, parse(note)[0].size if note else 0, "" if note else _("Nothing is kept there yet.")
        )
    except Malformed:
        return OutsideCopy(sink.name, 0, _("What is kept there cannot be read."))
    except Exception as problem:
        return OutsideCopy(sink.name, 0, str(problem))


def _verdict(last: Verification | None, waiting: queries.Waiting, problem: str) -> tuple[str, str, str]:
    now = clock.now()
    contradicted_by = "" if problem else sealing.contradicted_by()
    if last is not None and last.state == VerificationState.WRONG:
        first = last.report.get("first_wrong") or {}
        return (
            "bad",
            _("The ledger does not verify"),
            f"{first.get('place', '')}: {first.get('message', '')} "
            + _("Keep the outside checkpoints and the last bundle safe, and tell the governance lead and security."),
        )
    if problem:
        return "bad", _("The ledger cannot be sealed or verified"), problem
    if contradicted_by:
        return _contradicted(contradicted_by)
    if waiting.oldest is not None and now - waiting.oldest > ALARMING:
        return (
            "warning",
            _("Sealing is behind"),
            _("The oldest unsealed entry is more than five minutes old: is the scheduler running?"),
        )
    if last is None:
        return "neutral", _("Not verified yet"), _("Ask for a verification below, or wait for the nightly one.")
    if last.state == VerificationState.FAILED:
        return "warning", _("The last verification could not be finished"), str(last.report.get("failure", ""))
    if last.finished_at is not None and now - last.finished_at > OVERDUE:
        return "warning", _("Verified, but not lately"), _("The nightly verification is overdue.")
    return (
        "good",
        _("The ledger verifies"),
        _("Every sealed entry is as it was written, in the order in which it was sealed; nothing is missing."),
    )


def _contradicted(sink: str) -> tuple[str, str, str]:
    return (
        "bad",
        _("What is kept outside goes beyond this ledger"),
        _(
            "%(sink)s holds a checkpoint that this ledger does not contain, so nothing is sealed. Either an older backup "
            "was restored: then name the gap with “manage.py ledger acknowledge-gap --reason …”. Or entries were "
            "removed: then keep everything as it is and tell security."
        )
        % {"sink": sink},
    )


def _limits(uncovered: int) -> list[str]:
    """Say what the ledger does not promise; the figures are those of this moment."""
    limits = [
        ngettext(
            "%(count)s entry is newer than the last checkpoint outside: until the next sealing it is protected by "
            "database rights only.",
            "%(count)s entries are newer than the last checkpoint outside: until the next sealing they are protected "
            "by database rights only.",
            uncovered,
        )
        % {"count": uncovered},
        _(
            "A superuser of the database can switch off triggers and edit entries. A verification finds it, against "
            "the checkpoints outside; it cannot prevent it."
        ),
        _("What people typed is recorded as they typed it; the ledger does not prove that it was true."),
        _("Personal texts lie beside the entries. Where one was erased, its commitment stays and shows that it was."),
    ]
    if any(setting.startswith("file:") for setting in settings.LEDGER_SINKS):
        limits.insert(
            1,
            _(
                "The signing key and the folder of checkpoints are files of this installation. Who controls database, "
                "key and folder together could rewrite everything; only a checkpoint kept elsewhere would show it. "
                "Hand one to your auditors, or configure an object store with object lock or a witness."
            ),
        )
    return limits
