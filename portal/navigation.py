"""What the header offers, in order; people see what their roles allow."""

from django.utils.translation import gettext_lazy as _

from apps.kernel.permissions import Permission
from apps.web.navigation import Item

ITEMS = (
    Item(_("Home"), "dashboards:home"),
    Item(_("Catalog"), "inventory:catalog", Permission.INVENTORY_CATALOG_BROWSE),
    Item(_("AI systems"), "inventory:systems", Permission.INVENTORY_CATALOG_BROWSE),
    Item(_("Data"), "catalog:datasets", Permission.CATALOG_DATASET_BROWSE),
    Item(_("Models"), "registry:models", Permission.REGISTRY_MODEL_VIEW),
    Item(_("Assessments"), "assessments:assessments", Permission.ASSESSMENTS_ASSESSMENT_VIEW),
    Item(_("Reviews"), "gates:reviews", Permission.GATES_REVIEW_VIEW),
    Item(_("Findings"), "compliance:findings", Permission.COMPLIANCE_FINDING_VIEW),
    Item(_("Propose a use"), "inventory:intake", Permission.INVENTORY_INTAKE_PROPOSE, "more"),
    Item(_("Triage"), "inventory:triage", Permission.INVENTORY_INTAKE_TRIAGE, "more"),
    Item(_("Use cases"), "inventory:use_cases", Permission.INVENTORY_CATALOG_BROWSE, "more"),
    Item(_("Vendors"), "inventory:vendors", Permission.INVENTORY_VENDOR_VIEW, "more"),
    Item(_("Imports"), "inventory:imports", Permission.INVENTORY_IMPORT_RUN, "more"),
    Item(_("Platforms"), "catalog:platforms", Permission.CATALOG_DATASET_BROWSE, "more"),
    Item(_("Glossary"), "catalog:terms", Permission.CATALOG_DATASET_BROWSE, "more"),
    Item(_("Classification"), "catalog:classification", Permission.CATALOG_DATASET_CLASSIFY, "more"),
    Item(_("Intake"), "integrations:events", Permission.INTEGRATIONS_INTAKE_VIEW, "more"),
    Item(_("Outgoing events"), "exchange:subscriptions", Permission.INTEGRATIONS_INTAKE_VIEW, "more"),
    Item(_("Access to data"), "catalog:access_requests", Permission.CATALOG_ACCESS_REQUEST, "more"),
    Item(_("Model access"), "registry:access_requests", Permission.REGISTRY_ACCESS_REQUEST, "more"),
    Item(_("Processing register"), "catalog:activities", Permission.CATALOG_ACTIVITY_VIEW, "more"),
    Item(_("Data quality"), "catalog:quality", Permission.CATALOG_DATASET_VIEW, "more"),
    Item(_("Retention"), "catalog:retention", Permission.CATALOG_RETENTION_VIEW, "more"),
    Item(_("Access log"), "catalog:access_log", Permission.CATALOG_ACCESS_VIEW_LOG, "more"),
    Item(_("Releases"), "registry:releases", Permission.INVENTORY_CATALOG_BROWSE, "more"),
    Item(_("Manifest"), "registry:manifest", Permission.INVENTORY_RELEASE_FREEZE, "more"),
    Item(_("Selections"), "registry:selections", Permission.INVENTORY_CATALOG_BROWSE, "more"),
    Item(_("Permits"), "registry:permits", Permission.REGISTRY_DEPLOYMENT_VIEW, "more"),
    Item(_("Deployments"), "registry:deployments", Permission.REGISTRY_DEPLOYMENT_VIEW, "more"),
    Item(_("Monitoring"), "monitoring:metrics", Permission.MONITORING_METRIC_VIEW, "more"),
    Item(_("Incidents"), "monitoring:incidents", Permission.MONITORING_INCIDENT_VIEW, "more"),
    Item(_("Exceptions"), "compliance:exceptions", Permission.COMPLIANCE_EXCEPTION_VIEW, "more"),
    Item(_("Portfolio"), "dashboards:portfolio", Permission.DASHBOARDS_PORTFOLIO_VIEW, "more"),
    Item(_("Gate policy"), "gates:policies", Permission.GATES_POLICY_VIEW, "more"),
    Item(_("Ledger"), "audit:entries", Permission.AUDIT_ENTRY_VIEW, "more"),
    Item(_("Integrity"), "audit:integrity", Permission.AUDIT_INTEGRITY_VIEW, "more"),
    Item(_("People"), "accounts:people", Permission.ACCOUNTS_PERSON_VIEW, "more"),
    Item(_("Departments"), "accounts:departments", Permission.ACCOUNTS_DEPARTMENT_EDIT, "more"),
    Item(_("Roles"), "accounts:roles", Permission.ACCOUNTS_ROLE_VIEW, "more"),
    Item(_("Background jobs"), "work:jobs", None, "more"),
)
