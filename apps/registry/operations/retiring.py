"""Deprecating versions, with notice to everyone downstream, and retiring them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.inventory.operations.checks import need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import ModelVersion, VersionStage
from apps.registry.queries.downstream import what_breaks
from apps.work.models import Action
from apps.work.operations import owe_action, send_notice


@operation(Event.VERSION_DEPRECATED, needs=None, subject="model_version", may=permissions.may_retire_version)
def deprecate_version(
    *,
    actor: Actor,
    model_version: ModelVersion,
    reason: str,
    retires_on: date,
    replaced_by: ModelVersion | None = None,
) -> ModelVersion:
    """Say from when on a version is gone; everybody who depends on it is told, and owes a way out until then."""
    reason = need_reason(reason)
    if retires_on < clock.today():
        raise Invalid({"retires_on": [_("Choose a day that is still to come.")]})
    if replaced_by is not None and replaced_by.pk == model_version.pk:
        raise Invalid({"replaced_by": [_("A version does not replace itself.")]})
    model_version.stage = VersionStage.DEPRECATED
    model_version.deprecated_at = model_version.deprecated_at or clock.now()
    model_version.deprecated_reason = reason
    model_version.retires_on, model_version.replaced_by = retires_on, replaced_by
    model_version.save(update_fields=["stage", "deprecated_at", "deprecated_reason", "retires_on", "replaced_by"])
    _tell_downstream(actor, model_version)
    return model_version


@operation(Event.VERSION_RETIRED, needs=None, subject="model_version", may=permissions.may_retire_version)
def retire_version(*, actor: Actor, model_version: ModelVersion, reason: str) -> ModelVersion:
    """Retire a version for good; refused while it should run in pilot or production."""
    need_reason(reason)
    running = what_breaks(model_version).running
    if running:
        names = ", ".join(sorted({use.system.key for use in running}))
        raise Invalid(_("It runs in %(systems)s: deploy another release there first.") % {"systems": names})
    for alias in model_version.aliases.filter(ended_at=None):
        alias.ended_at = clock.now()
        alias.save(update_fields=["ended_at"])
    model_version.stage = VersionStage.RETIRED
    model_version.deprecated_reason = model_version.deprecated_reason or reason.strip()
    model_version.retires_on = model_version.retires_on or clock.today()
    model_version.save(update_fields=["stage", "deprecated_reason", "retires_on"])
    return model_version


def _tell_downstream(actor: Actor, model_version: ModelVersion) -> None:
    """Tell each person once for each system or grant; owners of systems owe the change until the day."""
    found = what_breaks(model_version)
    day = model_version.retires_on.isoformat()
    words = {"version": model_version, "day": day}
    for use in found.systems:
        owner = use.system.owner
        if owner is None:
            continue
        about: Any = use.system
        text = _("%(version)s is gone from %(day)s: %(system)s uses it") % {**words, "system": use.system.key}
        send_notice(
            actor=actor, person=owner, text=text, about=about, kind="deprecation",
            once=f"deprecated {model_version.pk} {day} {about.pk}",
        )  # fmt: skip
        source = f"{model_version.key} {about.key}"
        if not Action.objects.filter(source=source).exclude(status__in=["accepted", "cancelled"]).exists():
            due = datetime.combine(model_version.retires_on, time(23, 59), tzinfo=UTC)
            title = _("Move %(system)s off %(version)s") % {"system": about.key, "version": model_version}
            owe_action(actor=actor, about=about, title=title[:200], owner=owner, due_at=due, source=source)
    for grant in found.grants:
        holder = grant.person or getattr(grant.subject, "owner", None)
        if holder is not None:
            text = _("%(version)s is gone from %(day)s: grant %(grant)s is for it") % {**words, "grant": grant.key}
            send_notice(
                actor=actor, person=holder, text=text, about=grant, kind="deprecation",
                once=f"deprecated {model_version.pk} {day} {grant.pk}",
            )  # fmt: skip
