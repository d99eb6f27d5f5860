"""What the header offers, in order; people see what their roles allow. What is not in the first row stands under More, by subject."""

from django.utils.translation import gettext_lazy as _

from apps.kernel.permissions import Permission
from apps.web.navigation import Item

INVENTORY, DATA, MODELS, OPERATION = _("Uses and systems"), _("Data"), _("Models"), _("In operation")
GOVERNANCE, PEOPLE, CONNECTIONS = _("Governance"), _("People"), _("Connections and jobs")

ITEMS = (
    Item(_("Home"), "dashboards:home"),
    Item(_("Catalog"), "inventory:catalog", Permission.INVENTORY_CATALOG_BROWSE),
    Item(_("AI systems"), "inventory:systems", Permission.INVENTORY_CATALOG_BROWSE),
    Item(_("Data"), "catalog:datasets", Permission.CATALOG_DATASET_BROWSE),
    Item(_("Models"), "registry:models", Permission.REGISTRY_MODEL_VIEW),
    Item(_("Assessments"), "assessments:assessments", Permission.ASSESSMENTS_ASSESSMENT_VIEW),
    Item(_("Reviews"), "gates:reviews", Permission.GATES_REVIEW_VIEW),
    Item(_("Findings"), "compliance:findings", Permission.COMPLIANCE_FINDING_VIEW),
    Item(_("Propose a use"), "inventory:intake", Permission.INVENTORY_INTAKE_PROPOSE, INVENTORY),
    Item(_("Triage"), "inventory:triage", Permission.INVENTORY_INTAKE_TRIAGE, INVENTORY),
    Item(_("Use cases"), "inventory:use_cases", Permission.INVENTORY_CATALOG_BROWSE, INVENTORY),
    Item(_("Vendors"), "inventory:vendors", Permission.INVENTORY_VENDOR_VIEW, INVENTORY),
    Item(_("Imports"), "inventory:imports", Permission.INVENTORY_IMPORT_RUN, INVENTORY),
    Item(_("Access to data"), "catalog:access_requests", Permission.CATALOG_ACCESS_REQUEST, DATA),
    Item(_("Classification"), "catalog:classification", Permission.CATALOG_DATASET_CLASSIFY, DATA),
    Item(_("Data quality"), "catalog:quality", Permission.CATALOG_DATASET_VIEW, DATA),
    Item(_("Retention"), "catalog:retention", Permission.CATALOG_RETENTION_VIEW, DATA),
    Item(_("Processing register"), "catalog:activities", Permission.CATALOG_ACTIVITY_VIEW, DATA),
    Item(_("Platforms"), "catalog:platforms", Permission.CATALOG_DATASET_BROWSE, DATA),
    Item(_("Glossary"), "catalog:terms", Permission.CATALOG_DATASET_BROWSE, DATA),
    Item(_("Access log"), "catalog:access_log", Permission.CATALOG_ACCESS_VIEW_LOG, DATA),
    Item(_("Model access"), "registry:access_requests", Permission.REGISTRY_ACCESS_REQUEST, MODELS),
    Item(_("Model calls"), "registry:calls", Permission.REGISTRY_ACCESS_VIEW_LOG, MODELS),
    Item(_("Selections"), "registry:selections", Permission.INVENTORY_CATALOG_BROWSE, MODELS),
    Item(_("Releases"), "registry:releases", Permission.INVENTORY_CATALOG_BROWSE, MODELS),
    Item(_("Manifest"), "registry:manifest", Permission.INVENTORY_RELEASE_FREEZE, MODELS),
    Item(_("Deployments"), "registry:deployments", Permission.REGISTRY_DEPLOYMENT_VIEW, OPERATION),
    Item(_("Permits"), "registry:permits", Permission.REGISTRY_DEPLOYMENT_VIEW, OPERATION),
    Item(_("Monitoring"), "monitoring:metrics", Permission.MONITORING_METRIC_VIEW, OPERATION),
    Item(_("Incidents"), "monitoring:incidents", Permission.MONITORING_INCIDENT_VIEW, OPERATION),
    Item(_("Portfolio"), "dashboards:portfolio", Permission.DASHBOARDS_PORTFOLIO_VIEW, GOVERNANCE),
    Item(_("Exceptions"), "compliance:exceptions", Permission.COMPLIANCE_EXCEPTION_VIEW, GOVERNANCE),
    Item(_("Gate policy"), "gates:policies", Permission.GATES_POLICY_VIEW, GOVERNANCE),
    Item(_("Ledger"), "audit:entries", Permission.AUDIT_ENTRY_VIEW, GOVERNANCE),
    Item(_("Integrity"), "audit:integrity", Permission.AUDIT_INTEGRITY_VIEW, GOVERNANCE),
    Item(_("People"), "accounts:people", Permission.ACCOUNTS_PERSON_VIEW, PEOPLE),
    Item(_("Departments"), "accounts:departments", Permission.ACCOUNTS_DEPARTMENT_EDIT, PEOPLE),
    Item(_("Roles"), "accounts:roles", Permission.ACCOUNTS_ROLE_VIEW, PEOPLE),
    Item(_("Intake"), "integrations:events", Permission.INTEGRATIONS_INTAKE_VIEW, CONNECTIONS),
    Item(_("MLflow"), "exchange:mlflow_servers", Permission.INTEGRATIONS_INTAKE_VIEW, CONNECTIONS),
    Item(_("Outgoing events"), "exchange:subscriptions", Permission.INTEGRATIONS_INTAKE_VIEW, CONNECTIONS),
    Item(_("Background jobs"), "work:jobs", None, CONNECTIONS),
)
