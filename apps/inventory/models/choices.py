"""The closed lists of the inventory, in the field's own words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Where a system stands in its life."""

    PROPOSED = "proposed", _("Proposed")
    DESIGN = "design", _("Design")
    BUILD = "build", _("Build")
    PILOT = "pilot", _("Pilot")
    PRODUCTION = "production", _("Production")
    RETIRING = "retiring", _("Retiring")
    RETIRED = "retired", _("Retired")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REJECTED = "rejected", _("Rejected")


class OperatingStatus(models.TextChoices):
    """What is observed, whether or not it was authorised."""

    NOT_RUNNING = "not_running", _("Not running")
    RUNNING = "running", _("Running")
    SUSPENDED = "suspended", _("Suspended")


class Tier(models.TextChoices):
    """Governance tier."""

    T1 = "T1", _("T1 critical")
    T2 = "T2", _("T2 high")
    T3 = "T3", _("T3 moderate")
    T4 = "T4", _("T4 low")


class LegalClass(models.TextChoices):
    """Legal class of a use case (EU AI Act, Regulation (EU) 2024/1689)."""

    PROHIBITED = "prohibited", _("Prohibited practice")
    HIGH_RISK = "high_risk", _("High-risk")
    EXEMPTED = "exempted", _("Exempted from high-risk (Art. 6(3))")
    TRANSPARENCY = "transparency", _("Transparency duties")
    NONE = "none", _("No duty found")
    NOT_AI = "not_ai", _("Not an AI system")


class DataClass(models.TextChoices):
    """Classes of data a system or use works with."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    RESTRICTED = "restricted", _("Restricted")
    PERSONAL = "personal", _("Personal data")
    SPECIAL_CATEGORY = "special_category", _("Special-category personal data")


class Autonomy(models.TextChoices):
    """How far the system goes by itself."""

    INFORMS = "informs", _("Informs: a person does everything")
    ADVISES = "advises", _("Advises: a person decides")
    DECIDES_REVIEWED = "decides_reviewed", _("Decides, a person reviews each outcome")
    DECIDES = "decides", _("Decides or acts by itself")


class PersonEffect(models.TextChoices):
    """What outcomes mean for natural persons."""

    NONE = "none", _("No person is affected")
    ADVISES = "advises", _("It advises on persons")
    DECIDES = "decides", _("It decides or mainly shapes outcomes for persons")
    UNKNOWN = "unknown", _("Not known yet")


class Sourcing(models.TextChoices):
    """Where a system or component comes from."""

    BUILD = "build", _("Built by us")
    BUY = "buy", _("Bought")
    MANAGED = "managed", _("Managed platform")
    UNKNOWN = "unknown", _("Not known yet")


class ComponentKind(models.TextChoices):
    """Parts of a system."""

    MODEL = "model", _("Model")
    PROMPT = "prompt", _("Prompt")
    RETRIEVAL_INDEX = "retrieval_index", _("Retrieval index")
    TOOL = "tool", _("Tool")
    GUARDRAIL = "guardrail", _("Guardrail")
    SERVICE = "service", _("Service")


class DependencyKind(models.TextChoices):
    """How systems are joined."""

    API = "api", _("API")
    EVENT = "event", _("Event")
    BATCH = "batch", _("Batch")
    DIRECT = "direct", _("Direct (shared database or file)")


class NetworkPerimeter(models.TextChoices):
    """From where a system can be reached."""

    UNKNOWN = "unknown", _("Not known yet")
    PRIVATE = "private", _("Private network only")
    PARTNER = "partner", _("Private, with named partners")
    INTERNET = "internet", _("Reachable from the internet")


class UseCaseStatus(models.TextChoices):
    """Whether a use case counts."""

    PROPOSED = "proposed", _("Proposed")
    ACTIVE = "active", _("Active")
    REFUSED = "refused", _("Refused")
    MERGED = "merged", _("Merged into another")
    RETIRED = "retired", _("Retired")


class AuthorisationKind(models.TextChoices):
    """What an authorisation rests on."""

    DECISION = "decision", _("Gate decision")
    EXCEPTION = "exception", _("Exception")
    LEGACY = "legacy", _("Legacy, operating before it was governed")


class IntakeOutcome(models.TextChoices):
    """What became of an intake."""

    WAITING = "waiting", _("Waits for triage")
    BLOCKED = "blocked", _("Blocked: prohibited")
    ACCEPTED = "accepted", _("Accepted")
    NOT_AI = "not_ai", _("Not AI")
    DUPLICATE = "duplicate", _("Exists already")
    PLATFORM = "platform", _("Use of an approved platform")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn by its proposer")


class ApprovedUseStatus(models.TextChoices):
    """Whether a use may be made."""

    PROPOSED = "proposed", _("Proposed, to be decided at the gate")
    IN_FORCE = "in_force", _("In force")
    WITHDRAWN = "withdrawn", _("Withdrawn")
