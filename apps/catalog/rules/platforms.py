"""Rules about platforms: what they really allow, and how their stores are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Dataset, Encryption, PermissionSnapshot, Platform
from apps.catalog.queries import actual
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register

# A key that is older than this is due for rotation (NIST SP 800-57 leaves the number to the policy).
ROTATION_DAYS = 365


@register
class ReadableWithoutGrant(Rule):
    """The platform lets somebody read or write this dataset who holds no grant for it, or more than the grant allows.

    Take the permission away on the platform, or have a grant decided. Until then what was decided here is not what happens.
    """

    id: ClassVar[str] = "PRM-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 27001 A.5.18: access rights are reviewed; portal policy"
    title = _("Allowed on the platform, not granted")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return datasets with real permissions that no standing grant covers."""
        return actual.datasets_read_without_grant().annotate(finding_owner=F("steward_id"))


@register
class GrantedNotAllowed(Rule):
    """This grant stands, but the platform gives nobody the permission: who needs the data does not get it.

    Give the permission on the platform, name the login that uses the grant, or revoke the grant.
    """

    id: ClassVar[str] = "PRM-002"
    subject: ClassVar[str] = "catalog.data_grant"
    severity: ClassVar[Severity] = Severity.LOW
    source: ClassVar[str] = "ISO/IEC 27001 A.5.18: access rights are reviewed; portal policy"
    title = _("Granted, not allowed on the platform")

    def failing(self) -> Any:
        """Return standing grants on platforms that were read, which no login there can use."""
        return actual.without_permission().annotate(
            explanation=Value("The platform's reading holds no such permission."),
            finding_owner=F("dataset__steward_id"),
        )


@register
class LoginOfNobody(Rule):
    """Logins of this platform may read or write data, and nobody knows who stands behind them.

    Name the person, system or service of each; remove those that nobody needs.
    """

    id: ClassVar[str] = "PRM-003"
    subject: ClassVar[str] = "catalog.platform"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 27001 A.5.16: identity management"
    title = _("Logins of nobody")

    def failing(self) -> Any:
        """Return platforms with logins behind which nobody is named."""
        unknown = actual.unknown_logins().filter(snapshot__platform_id=OuterRef("pk"))
        return Platform.objects.filter(Exists(unknown)).annotate(
            explanation=Concat(
                Value("For example "), unknown.order_by("principal").values("principal")[:1], output_field=CharField()
            ),
            finding_owner=F("owner_id"),
        )


def _holds_secrets() -> Any:
    """Return whether the outer platform holds anything confidential, restricted or unclassified."""
    return Exists(
        Dataset.objects.filter(platform_id=OuterRef("pk"), dropped_at=None).exclude(level__in=["public", "internal"])
    )


@register
class StoreNotEncrypted(Rule):
    """This platform holds confidential data and is not known to be encrypted at rest, and only reached over TLS.

    Encrypt it with a key of ours and write down where the key is kept, or move the data.
    """

    id: ClassVar[str] = "ENC-001"
    subject: ClassVar[str] = "catalog.platform"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 32(1)(a): encryption; ISO/IEC 27001 A.8.24"
    title = _("Store not known to be encrypted")

    def failing(self) -> Any:
        """Return platforms with confidential data, without encryption at rest or on the wire."""
        bad = Q(encryption__in=[Encryption.NONE, Encryption.UNKNOWN]) | ~Q(transport_encrypted=True)
        return (
            Platform.objects.filter(bad)
            .filter(_holds_secrets())
            .annotate(
                explanation=Concat(Value("Encryption at rest: "), F("encryption"), output_field=CharField()),
                finding_owner=F("owner_id"),
            )
        )


@register
class KeyNotRotated(Rule):
    """The key of this store is of ours, but nobody wrote down where it is kept, or it was not rotated for a year.

    Rotate it and write down the day; write down the reference, never the key.
    """

    id: ClassVar[str] = "ENC-002"
    subject: ClassVar[str] = "catalog.platform"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "ISO/IEC 27001 A.8.24: use of cryptography"
    title = _("Key without reference or rotation")

    def failing(self) -> Any:
        """Return platforms under a key of ours without reference, or with one older than a year."""
        old = Q(key_rotated_on=None) | Q(key_rotated_on__lt=clock.today() - timedelta(days=ROTATION_DAYS))
        return (
            Platform.objects.filter(encryption=Encryption.OWN_KEY)
            .filter(Q(key_reference="") | old)
            .annotate(
                explanation=Value("A key of ours without reference, or not rotated within a year."),
                finding_owner=F("owner_id"),
            )
        )


@register
class StoreUnlikeItsRecord(Rule):
    """What the platform says of its own encryption differs from what is on record here.

    Find out which of the two is true, and put the other right.
    """

    id: ClassVar[str] = "ENC-003"
    subject: ClassVar[str] = "catalog.platform"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 27001 A.8.9: configuration management"
    title = _("Encryption differs from the record")

    def failing(self) -> Any:
        """Return platforms whose current reading contradicts the record."""
        current = PermissionSnapshot.objects.filter(platform_id=OuterRef("pk"), current=True)
        clear = current.filter(store__transport_encrypted=False)
        covered = current.filter(store__transport_encrypted=True)
        said = current.annotate(at_rest=KT("store__encryption"), key=KT("store__key_reference"))
        at_rest = said.filter(store__has_key="encryption").exclude(at_rest=OuterRef("encryption"))
        key = said.filter(store__has_key="key_reference").exclude(key=OuterRef("key_reference"))
        differs = (
            (Q(transport_encrypted=True) & Exists(clear))
            | (Q(transport_encrypted=False) & Exists(covered))
            | Exists(at_rest)
            | Exists(key)
        )
        return Platform.objects.filter(differs).annotate(
            explanation=Value("The reading and the record differ."), finding_owner=F("owner_id")
        )
