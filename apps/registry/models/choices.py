"""The closed lists of the registry."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Derivation(models.TextChoices):
    """How a model came from another one."""

    NONE = "none", _("From no other model")
    FINE_TUNE = "fine_tune", _("Fine-tuned")
    ADAPTER = "adapter", _("Adapter (LoRA and the like)")
    DISTILLATION = "distillation", _("Distilled")
    QUANTISATION = "quantisation", _("Quantised")
    MERGE = "merge", _("Merged")
    UNKNOWN = "unknown", _("Not known yet")


class Hosting(models.TextChoices):
    """Where a model runs."""

    OWN = "own", _("In our own installation")
    PROVIDER = "provider", _("At its provider")
    CLOUD = "cloud", _("At a cloud platform")
    UNKNOWN = "unknown", _("Not known yet")


class YesNo(models.TextChoices):
    """A fact that may not be known yet; unknown counts as the worse answer."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


class VersionStage(models.TextChoices):
    """Where a version stands in its life; what may run is decided at gates, never here."""

    CANDIDATE = "candidate", _("Candidate")
    VALIDATED = "validated", _("Validated")
    DEPRECATED = "deprecated", _("Deprecated")
    RETIRED = "retired", _("Retired")


class DataRole(models.TextChoices):
    """What a dataset was to a version."""

    TRAINING = "training", _("Training")
    VALIDATION = "validation", _("Validation")
    EVALUATION = "evaluation", _("Evaluation")


class ArtefactKind(models.TextChoices):
    """What is versioned beside models."""

    PROMPT = "prompt", _("Prompt")
    RETRIEVAL_INDEX = "retrieval_index", _("Retrieval index")
    GUARDRAIL = "guardrail", _("Guardrail")
    PARAMETERS = "parameters", _("Parameter set")


class SelectionStatus(models.TextChoices):
    """Where a comparison of candidates stands."""

    OPEN = "open", _("Being compared")
    DECIDED = "decided", _("Decided")
    ABANDONED = "abandoned", _("Abandoned")


class Environment(models.TextChoices):
    """Where a release runs. Pilot and production need an authorisation of that name."""

    DEVELOPMENT = "development", _("Development")
    TEST = "test", _("Test")
    PILOT = "pilot", _("Pilot")
    PRODUCTION = "production", _("Production")


GATED = (Environment.PILOT, Environment.PRODUCTION)


class Side(models.TextChoices):
    """What a deployment row tells: what should run, or what was seen running."""

    DESIRED = "desired", _("Desired")
    OBSERVED = "observed", _("Observed")


class RollbackKind(models.TextChoices):
    """By which right something was rolled back."""

    NORMAL = "normal", _("To an approved release")
    EMERGENCY = "emergency", _("Emergency, two people")
    BREAK_GLASS = "break_glass", _("Break-glass, one person alone")
    DRILL = "drill", _("Drill: nothing was changed")


class RollbackState(models.TextChoices):
    """Where a rollback stands."""

    WAITING = "waiting", _("Waits for a second person")
    ORDERED = "ordered", _("Ordered, not yet seen running")
    OBSERVED = "observed", _("Seen running")
    REFUSED = "refused", _("Refused by the second person")
    REVIEWED = "reviewed", _("Reviewed afterwards")


class Modality(models.TextChoices):
    """What goes into a model or comes out of it."""

    TEXT = "text", _("Text")
    IMAGE = "image", _("Images")
    AUDIO = "audio", _("Audio")
    VIDEO = "video", _("Video")
    EMBEDDING = "embedding", _("Embeddings")


class BudgetPeriod(models.TextChoices):
    """For how long a budget is."""

    DAY = "day", _("a day")
    MONTH = "month", _("a month")
    TOTAL = "total", _("in all")
