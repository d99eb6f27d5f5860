"""Who may version what stands beside models, and compose releases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.inventory.permissions import GONE
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.registry.models import Artefact


def may_register_artefact(*, actor: Actor, system: Any, **_arguments: Any) -> Decision:
    """Let parts be added to systems that are alive."""
    if system.merged_into_id:
        return Denied(_("This record was merged into another; add to that one."))
    if system.stage in GONE:
        return Denied(_("This system is closed: nothing is added to it."))
    return Allowed()


def may_version_artefact(*, actor: Actor, artefact: Artefact, **_arguments: Any) -> Decision:
    """Let versions be added to artefacts of systems that are alive."""
    return may_register_artefact(actor=actor, system=artefact.system)
