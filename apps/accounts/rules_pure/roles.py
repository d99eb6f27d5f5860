"""The roles as shipped (DOMAIN): sets of permissions that administrators may edit afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from apps.kernel.permissions import Permission as P  # noqa: N817 - the table is easier to read


@dataclass(frozen=True, slots=True)
class ShippedRole:
    """A role's key, name, purpose and first set of permissions."""

    key: str
    name: str
    description: str
    permissions: frozenset[P]
    privileged: bool = False


EMPLOYEE = frozenset(
    {
        P.INVENTORY_CATALOG_BROWSE,
        P.INVENTORY_INTAKE_PROPOSE,
        P.ACCOUNTS_DEPARTMENT_VIEW,
        P.CATALOG_DATASET_BROWSE,
        P.CATALOG_ACCESS_REQUEST,
        P.REGISTRY_ACCESS_REQUEST,
        P.REGISTRY_MODEL_VIEW,
    }
)
READER = EMPLOYEE | {
    P.INVENTORY_SYSTEM_VIEW,
    P.INVENTORY_VENDOR_VIEW,
    P.ASSESSMENTS_ASSESSMENT_VIEW,
    P.ASSESSMENTS_QUESTIONNAIRE_VIEW,
    P.GATES_REVIEW_VIEW,
    P.GATES_POLICY_VIEW,
    P.EVIDENCE_FILE_VIEW,
    P.COMPLIANCE_FINDING_VIEW,
    P.COMPLIANCE_EXCEPTION_VIEW,
    P.ACCOUNTS_PERSON_VIEW,
    P.CATALOG_DATASET_VIEW,
    P.CATALOG_ACTIVITY_VIEW,
    P.CATALOG_RETENTION_VIEW,
    P.MONITORING_INCIDENT_VIEW,
    P.MONITORING_METRIC_VIEW,
    P.REGISTRY_DEPLOYMENT_VIEW,
}
OWNER = EMPLOYEE | {
    P.INVENTORY_SYSTEM_EDIT,
    P.INVENTORY_SYSTEM_CHANGE_STAGE,
    P.INVENTORY_SYSTEM_SUSPEND,
    P.INVENTORY_SYSTEM_REGISTER,
    P.INVENTORY_VENDOR_VIEW,
    P.GATES_REVIEW_SUBMIT,
    P.GATES_REVIEW_VIEW,
    P.ASSESSMENTS_ASSESSMENT_ANSWER,
    P.ASSESSMENTS_ASSESSMENT_VIEW,
    P.EVIDENCE_FILE_ADD,
    P.EVIDENCE_FILE_VIEW,
    P.COMPLIANCE_EXCEPTION_REQUEST,
    P.COMPLIANCE_EXCEPTION_VIEW,
    P.COMPLIANCE_FINDING_VIEW,
    P.COMPLIANCE_FINDING_EDIT,
    P.WORK_ACTION_EDIT,
    P.CATALOG_ACTIVITY_VIEW,
    P.INVENTORY_RELEASE_FREEZE,
    P.MONITORING_ALERT_EDIT,
    P.MONITORING_BOUND_EDIT,
    P.MONITORING_INCIDENT_EDIT,
    P.MONITORING_INCIDENT_VIEW,
    P.MONITORING_METRIC_VIEW,
    P.REGISTRY_DEPLOYMENT_DEPLOY,
    P.REGISTRY_DEPLOYMENT_ROLL_BACK,
    P.REGISTRY_DEPLOYMENT_VIEW,
    P.REGISTRY_PERMIT_ISSUE,
    P.REGISTRY_SELECTION_EDIT,
}
ANALYST = READER | {
    P.INVENTORY_INTAKE_TRIAGE,
    P.INVENTORY_SYSTEM_REGISTER,
    P.INVENTORY_SYSTEM_EXPORT,
    P.INVENTORY_IMPORT_RUN,
    P.INVENTORY_VENDOR_EDIT,
    P.ASSESSMENTS_ASSESSMENT_ASSIGN,
    P.ASSESSMENTS_ASSESSMENT_ANSWER,
    P.ASSESSMENTS_ASSESSMENT_SIGN,
    P.ASSESSMENTS_RISK_EDIT,
    P.EVIDENCE_FILE_ADD,
    P.GATES_DECISION_TRIAGE,
    P.COMPLIANCE_FINDING_EDIT,
    P.COMPLIANCE_EXCEPTION_REQUEST,
    P.DASHBOARDS_PORTFOLIO_VIEW,
    P.WORK_ACTION_EDIT,
    P.INVENTORY_SYSTEM_GRANT,
    P.MONITORING_INCIDENT_EDIT,
    P.REGISTRY_SELECTION_EDIT,
}
STEWARD = READER | {
    P.DASHBOARDS_PORTFOLIO_VIEW,
    P.CATALOG_ACCESS_DECIDE,
    P.CATALOG_ACCESS_VIEW,
    P.CATALOG_ACCESS_VIEW_LOG,
    P.CATALOG_CAMPAIGN_RUN,
    P.CATALOG_DATASET_CLASSIFY,
    P.CATALOG_DATASET_EDIT,
    P.CATALOG_DATASET_EXPORT,
    P.CATALOG_DATASET_REGISTER,
    P.CATALOG_GLOSSARY_EDIT,
    P.CATALOG_PLATFORM_EDIT,
    P.CATALOG_RETENTION_ATTEST,
    P.CATALOG_RETENTION_EDIT,
    P.COMPLIANCE_FINDING_EDIT,
    P.EVIDENCE_FILE_ADD,
    P.INTEGRATIONS_INTAKE_SEND,
    P.INTEGRATIONS_INTAKE_VIEW,
    P.WORK_ACTION_EDIT,
}
SECOND_LINE = READER | {P.DASHBOARDS_PORTFOLIO_VIEW, P.EVIDENCE_FILE_ADD, P.COMPLIANCE_FINDING_EDIT}

SHIPPED: tuple[ShippedRole, ...] = (
    ShippedRole("employee", "Employee", "Finds AI that may be used, and proposes new uses.", EMPLOYEE),
    ShippedRole("system-owner", "System owner", "Registers systems, answers what is asked, keeps them healthy.", OWNER),
    ShippedRole(
        "executive-sponsor",
        "Executive sponsor",
        "Signs requirements and accepts risk for the business.",
        READER | {P.GATES_DECISION_SPONSOR, P.GATES_DECISION_ACCEPT_RISK, P.DASHBOARDS_PORTFOLIO_VIEW},
    ),
    ShippedRole(
        "delivery-team",
        "Delivery team",
        "Builds and ships systems.",
        (OWNER - {P.INVENTORY_SYSTEM_CHANGE_STAGE, P.INVENTORY_SYSTEM_SUSPEND, P.GATES_REVIEW_SUBMIT})
        | {
            P.CATALOG_ACCESS_EVALUATE,
            P.INTEGRATIONS_INTAKE_SEND,
            P.INTEGRATIONS_INTAKE_VIEW,
            P.INVENTORY_SYSTEM_VIEW,
            P.MONITORING_METRIC_PUSH,
            P.REGISTRY_ACCESS_EVALUATE,
            P.REGISTRY_DEPLOYMENT_OBSERVE,
        },
    ),
    ShippedRole(
        "governance-analyst", "Governance analyst", "Triages, assesses risk, keeps the register true.", ANALYST
    ),
    ShippedRole(
        "governance-lead",
        "AI governance lead",
        "Steers the portfolio and the policies.",
        ANALYST
        | {
            P.ASSESSMENTS_QUESTIONNAIRE_EDIT,
            P.GATES_POLICY_EDIT,
            P.GATES_DECISION_ACCEPT_RISK,
            P.GATES_DECISION_COMMITTEE,
            P.COMPLIANCE_EXCEPTION_DECIDE,
            P.COMPLIANCE_SWEEP_RUN,
            P.INVENTORY_AUTHORISATION_REVOKE,
            P.INVENTORY_SYSTEM_SUSPEND,
            P.INVENTORY_SYSTEM_VIEW_RESTRICTED,
            P.AUDIT_INTEGRITY_VIEW,
            P.CATALOG_ACCESS_VIEW,
            P.CATALOG_ACCESS_VIEW_LOG,
            P.CATALOG_ACTIVITY_EDIT,
            P.CATALOG_ACTIVITY_EXPORT,
            P.CATALOG_CAMPAIGN_RUN,
            P.INTEGRATIONS_INTAKE_VIEW,
            P.MONITORING_BOUND_EDIT,
            P.REGISTRY_ACCESS_VIEW,
            P.REGISTRY_ACCESS_VIEW_LOG,
            P.REGISTRY_DEPLOYMENT_CONFIRM_EMERGENCY,
            P.REGISTRY_DEPLOYMENT_REVIEW,
            P.REGISTRY_GATEWAY_COMPARE,
            P.REGISTRY_MODEL_EXPORT,
            P.REGISTRY_PERMIT_REVOKE,
            P.REGISTRY_SELECTION_DECIDE,
        },
        privileged=True,
    ),
    ShippedRole("data-steward", "Data steward", "Classifies data and decides on access.", STEWARD),
    ShippedRole(
        "model-owner",
        "Model owner",
        "Registers versions, deploys, rolls back, decides who may call a model.",
        READER
        | {
            P.EVIDENCE_FILE_ADD,
            P.INTEGRATIONS_INTAKE_SEND,
            P.INTEGRATIONS_INTAKE_VIEW,
            P.MONITORING_ALERT_EDIT,
            P.MONITORING_BOUND_EDIT,
            P.MONITORING_METRIC_PUSH,
            P.REGISTRY_ACCESS_DECIDE,
            P.REGISTRY_ACCESS_VIEW,
            P.REGISTRY_ACCESS_VIEW_LOG,
            P.REGISTRY_DEPLOYMENT_DEPLOY,
            P.REGISTRY_DEPLOYMENT_OBSERVE,
            P.REGISTRY_DEPLOYMENT_ROLL_BACK,
            P.REGISTRY_GATEWAY_COMPARE,
            P.REGISTRY_MODEL_EDIT,
            P.REGISTRY_MODEL_EXPORT,
            P.REGISTRY_SELECTION_DECIDE,
            P.REGISTRY_SELECTION_EDIT,
        },
    ),
    ShippedRole(
        "architect",
        "Architect",
        "Reviews systems at gates and decides.",
        READER | {P.GATES_DECISION_ARCHITECTURE, P.DASHBOARDS_PORTFOLIO_VIEW, P.REGISTRY_SELECTION_EDIT},
    ),
    ShippedRole(
        "privacy-reviewer",
        "Privacy reviewer",
        "Second line: data protection.",
        SECOND_LINE
        | {
            P.GATES_DECISION_PRIVACY,
            P.ASSESSMENTS_CLASSIFICATION_CONFIRM,
            P.CATALOG_ACCESS_DECIDE,
            P.CATALOG_ACCESS_VIEW,
            P.CATALOG_ACCESS_VIEW_LOG,
            P.CATALOG_ACTIVITY_EDIT,
            P.CATALOG_ACTIVITY_EXPORT,
            P.CATALOG_DATASET_CLASSIFY,
        },
    ),
    ShippedRole(
        "security-reviewer",
        "Security reviewer",
        "Second line: information security.",
        SECOND_LINE
        | {
            P.GATES_DECISION_SECURITY,
            P.INVENTORY_SYSTEM_SUSPEND,
            P.CATALOG_ACCESS_VIEW,
            P.CATALOG_ACCESS_VIEW_LOG,
            P.MONITORING_INCIDENT_EDIT,
            P.REGISTRY_ACCESS_VIEW,
            P.REGISTRY_ACCESS_VIEW_LOG,
            P.REGISTRY_DEPLOYMENT_CONFIRM_EMERGENCY,
            P.REGISTRY_DEPLOYMENT_REVIEW,
            P.REGISTRY_DEPLOYMENT_ROLL_BACK,
            P.REGISTRY_GATEWAY_COMPARE,
            P.REGISTRY_PERMIT_REVOKE,
        },
    ),
    ShippedRole(
        "legal-reviewer",
        "Legal reviewer",
        "Second line: law.",
        SECOND_LINE
        | {
            P.GATES_DECISION_LEGAL,
            P.ASSESSMENTS_CLASSIFICATION_CONFIRM,
            P.COMPLIANCE_EXCEPTION_DECIDE,
            P.CATALOG_HOLD_PLACE,
        },
    ),
    ShippedRole(
        "validation-reviewer",
        "Validation reviewer",
        "Second line: independent validation.",
        SECOND_LINE | {P.GATES_DECISION_VALIDATION},
    ),
    ShippedRole(
        "auditor",
        "Auditor",
        "Verifies; changes nothing.",
        READER
        | {
            P.AUDIT_ENTRY_VIEW,
            P.AUDIT_ENTRY_EXPORT,
            P.AUDIT_INTEGRITY_VIEW,
            P.AUDIT_INTEGRITY_VERIFY,
            P.ACCOUNTS_ROLE_VIEW,
            P.INVENTORY_SYSTEM_EXPORT,
            P.INVENTORY_SYSTEM_VIEW_RESTRICTED,
            P.DASHBOARDS_PORTFOLIO_VIEW,
            P.WORK_JOB_VIEW_ALL,
            P.CATALOG_ACCESS_VIEW,
            P.CATALOG_ACCESS_VIEW_LOG,
            P.CATALOG_ACTIVITY_EXPORT,
            P.CATALOG_DATASET_EXPORT,
            P.INTEGRATIONS_INTAKE_VIEW,
            P.REGISTRY_ACCESS_VIEW,
            P.REGISTRY_ACCESS_VIEW_LOG,
            P.REGISTRY_MODEL_EXPORT,
        },
        privileged=True,
    ),
    ShippedRole(
        "administrator",
        "Administrator",
        "Manages people, roles and integrations; approves nothing.",
        EMPLOYEE
        | {
            P.ACCOUNTS_ASSIGNMENT_EDIT,
            P.ACCOUNTS_DEPARTMENT_EDIT,
            P.ACCOUNTS_PERSON_EDIT,
            P.ACCOUNTS_PERSON_VIEW,
            P.ACCOUNTS_ROLE_EDIT,
            P.ACCOUNTS_ROLE_VIEW,
            P.AUDIT_INTEGRITY_VIEW,
            P.WORK_JOB_VIEW_ALL,
        },
        privileged=True,
    ),
)
# Every signed-in person may ask for a token of their own; its scopes never exceed what they may do.
SHIPPED = tuple(
    ShippedRole(r.key, r.name, r.description, r.permissions | {P.ACCOUNTS_TOKEN_ISSUE}, r.privileged) for r in SHIPPED
)
