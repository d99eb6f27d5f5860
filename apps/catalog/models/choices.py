"""The closed lists of the catalog."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlatformKind(models.TextChoices):
    """What kind of place data is kept in."""

    WAREHOUSE = "warehouse", _("Warehouse")
    LAKEHOUSE = "lakehouse", _("Lakehouse")
    LAKE = "lake", _("Lake")
    DATABASE = "database", _("Database")
    STREAM = "stream", _("Stream")
    FILES = "files", _("Files")
    API = "api", _("API")
    UNKNOWN = "unknown", _("Not known yet")


class Criticality(models.TextChoices):
    """What stands still when it is gone."""

    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class Level(models.TextChoices):
    """How confidential data is; not classified counts as restricted."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    RESTRICTED = "restricted", _("Restricted")


class Category(models.TextChoices):
    """What the law or the trade says of data, besides its level."""

    PERSONAL = "personal", _("Personal data")
    SPECIAL_CATEGORY = "special_category", _("Special-category personal data")
    FINANCIAL = "financial", _("Financial")
    HEALTH = "health", _("Health")


class Standing(models.TextChoices):
    """How we know of a record: somebody put it there, or a tool saw it."""

    DECLARED = "declared", _("Declared")
    OBSERVED = "observed", _("Observed, not declared")


class Encryption(models.TextChoices):
    """Whether a store is encrypted at rest."""

    UNKNOWN = "unknown", _("Not known yet")
    NONE = "none", _("Not encrypted")
    PROVIDER_KEY = "provider_key", _("With the provider's key")
    OWN_KEY = "own_key", _("With a key of ours")


class NodeKind(models.TextChoices):
    """What stands at the end of a line of lineage."""

    DATASET = "dataset", _("Dataset")
    JOB = "job", _("Job")
    MODEL = "model", _("Model")
    SYSTEM = "system", _("AI system")


class CheckOutcome(models.TextChoices):
    """What a quality check found."""

    PASSED = "passed", _("Passed")
    WARNED = "warned", _("Warned")
    FAILED = "failed", _("Failed")
    ERROR = "error", _("Could not run")
    SKIPPED = "skipped", _("Skipped")


class SubjectKind(models.TextChoices):
    """Who is given access."""

    PERSON = "person", _("Person")
    SYSTEM = "system", _("AI system")
    SERVICE = "service", _("Service identity")


class DataAction(models.TextChoices):
    """What may be done with data."""

    READ = "read", _("Read")
    TRAIN = "train", _("Train a model on it")
    WRITE = "write", _("Write")


class RequestStatus(models.TextChoices):
    """Where a request for access stands."""

    WAITING = "waiting", _("Waits for the steward")
    SECOND = "second", _("Waits for a second decision")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class FailMode(models.TextChoices):
    """What holds while the portal cannot be asked."""

    CLOSED = "closed", _("Closed: no answer, no access")
    LAST_KNOWN = "last_known", _("Last known answer, until the bundle is too old")


class LawfulBasis(models.TextChoices):
    """Why personal data may be processed (GDPR Art. 6(1))."""

    CONSENT = "consent", _("Consent (Art. 6(1)(a))")
    CONTRACT = "contract", _("Contract (Art. 6(1)(b))")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation (Art. 6(1)(c))")
    VITAL_INTERESTS = "vital_interests", _("Vital interests (Art. 6(1)(d))")
    PUBLIC_TASK = "public_task", _("Public task (Art. 6(1)(e))")
    LEGITIMATE_INTERESTS = "legitimate_interests", _("Legitimate interests (Art. 6(1)(f))")


class AssessmentNeed(models.TextChoices):
    """Whether a data-protection impact assessment is needed, and there (GDPR Art. 35)."""

    UNKNOWN = "unknown", _("Not known yet")
    NOT_REQUIRED = "not_required", _("Not required")
    REQUIRED = "required", _("Required, not done")
    DONE = "done", _("Done")


class ActivityStatus(models.TextChoices):
    """Where an entry of the processing register stands."""

    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")
    ENDED = "ended", _("Ended")


class RetentionSource(models.TextChoices):
    """Who set how long data is kept."""

    CONTRACT = "contract", _("Data contract")
    STEWARD = "steward", _("Steward")
    LAW = "law", _("Law")


class RetentionEnd(models.TextChoices):
    """What happens to data at the end of its time."""

    DELETE = "delete", _("Delete")
    ANONYMISE = "anonymise", _("Anonymise")


class TermRelationKind(models.TextChoices):
    """How two glossary terms belong together (SKOS)."""

    BROADER = "broader", _("is narrower than")
    RELATED = "related", _("is related to")
