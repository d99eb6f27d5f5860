"""Rules about gateways: what they really allow beside what was granted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import CharField, F, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, Trim
from django.utils.translation import gettext_lazy as _

from apps.kernel.rules import Rule, Severity, register
from apps.registry.models import GatewayKey
from apps.registry.queries import gateways

OWNER = Coalesce("grant__ai_model__owner_id", "grant__ai_model__department__head_id")


class KeyRule(Rule):
    """Keys of gateways that differ from what was granted; the comparison keeps how."""

    subject: ClassVar[str] = "registry.gateway_key"
    source: ClassVar[str] = "ISO/IEC 27001 A.8.9: configuration management"
    kinds: ClassVar[frozenset[str]]

    def failing(self) -> Any:
        """Return the keys that differ in one of the rule's ways."""
        kinds = sorted(self.kinds)
        words = [Coalesce(KT(f"differs__{kind}"), Value(""), output_field=CharField()) for kind in kinds]
        told = Trim(Concat(*(part for one in words for part in (one, Value(" "))), output_field=CharField()))
        rows = GatewayKey.objects.present().filter(differs__has_any_keys=kinds)
        return rows.annotate(explanation=told, finding_owner=OWNER)


@register
class KeyWithoutGrant(KeyRule):
    """A gateway has an open key that no grant stands behind, or whose grant has ended.

    Whoever holds it calls models that nobody decided on. Block the key, or ask for the grant it should have.
    """

    id: ClassVar[str] = "GWY-101"
    severity: ClassVar[Severity] = Severity.HIGH
    title = _("Key of a gateway without a grant")
    due_days: ClassVar[int] = 2
    kinds: ClassVar[frozenset[str]] = frozenset({"key_without_grant", "open"})


@register
class KeyWiderThanGrant(KeyRule):
    """A gateway's key allows more than was granted: other models, more calls, more money, or a longer time.

    What was decided only holds where it is enforced. Set the key as the export says, or have the grant decided anew.
    """

    id: ClassVar[str] = "GWY-102"
    severity: ClassVar[Severity] = Severity.HIGH
    title = _("Key of a gateway wider than its grant")
    due_days: ClassVar[int] = 7
    kinds: ClassVar[frozenset[str]] = frozenset({"models", "rate", "budget", "end"})


@register
class KeyBlocked(KeyRule):
    """A grant stands, and the gateway's key for it is blocked or has ended: what was decided does not happen.

    Open the key again as the export says, or revoke the grant.
    """

    id: ClassVar[str] = "GWY-103"
    severity: ClassVar[Severity] = Severity.LOW
    title = _("Key of a standing grant is blocked")
    kinds: ClassVar[frozenset[str]] = frozenset({"blocked"})


@register
class GrantWithoutKey(Rule):
    """A grant stands in an environment whose gateways were read, and none of them has a key for it.

    Either nobody calls the model, and the grant can go, or it is called past the gateway. Find out which.
    """

    id: ClassVar[str] = "GWY-104"
    subject: ClassVar[str] = "registry.model_grant"
    severity: ClassVar[Severity] = Severity.LOW
    source: ClassVar[str] = "ISO/IEC 27001 A.8.9: configuration management"
    title = _("Model grant without a key at the gateway")

    def failing(self) -> Any:
        """Return the grants that count and that no key is for."""
        words = Value("No gateway has a key for it.", output_field=CharField())
        owner = Coalesce(F("ai_model__owner_id"), F("ai_model__department__head_id"))
        return gateways.without_key().annotate(explanation=words, finding_owner=owner)
