"""The records of the registry."""

from .access import BudgetSettlement, ModelAccessRequest, ModelAccessTerms, ModelGrant
from .aimodels import (
    AIModel,
    ModelAlias,
    ModelCard,
    ModelVersion,
    ProviderTerms,
    VersionData,
    VersionMetric,
)
from .artefacts import Artefact, ArtefactVersion
from .choices import (
    GATED,
    ArtefactKind,
    BudgetPeriod,
    DataRole,
    Derivation,
    Environment,
    Hosting,
    Modality,
    RollbackKind,
    RollbackState,
    SelectionStatus,
    Side,
    VersionStage,
    YesNo,
)
from .deployments import Deployment, DeploymentPermit, Rollback
from .gateways import GatewayKey, GatewaySnapshot
from .index import ReleaseVersion
from .selections import Candidate, Dissent, Selection

__all__ = [
    "GATED",
    "AIModel",
    "Artefact",
    "ArtefactKind",
    "ArtefactVersion",
    "BudgetPeriod",
    "BudgetSettlement",
    "Candidate",
    "DataRole",
    "Deployment",
    "DeploymentPermit",
    "Derivation",
    "Dissent",
    "Environment",
    "GatewayKey",
    "GatewaySnapshot",
    "Hosting",
    "Modality",
    "ModelAccessRequest",
    "ModelAccessTerms",
    "ModelAlias",
    "ModelCard",
    "ModelGrant",
    "ModelVersion",
    "ProviderTerms",
    "ReleaseVersion",
    "Rollback",
    "RollbackKind",
    "RollbackState",
    "Selection",
    "SelectionStatus",
    "Side",
    "VersionData",
    "VersionMetric",
    "VersionStage",
    "YesNo",
]
