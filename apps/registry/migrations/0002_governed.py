from pathlib import Path

from django.db import migrations

from apps.audit.governed import AppendOnly, Governed, Numbered

GUARDS = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()
GOVERNED = {
    "aimodel": "ai_model",
    "artefact": "artefact",
    "artefactversion": "artefact_version",
    "budgetsettlement": "budget_settlement",
    "candidate": "candidate",
    "deployment": "deployment",
    "deploymentpermit": "deployment_permit",
    "dissent": "dissent",
    "modelaccessrequest": "model_access_request",
    "modelalias": "model_alias",
    "modelcard": "model_card",
    "modelgrant": "model_grant",
    "modelversion": "model_version",
    "providerterms": "provider_terms",
    "rollback": "rollback",
    "selection": "selection",
    "versiondata": "version_data",
    "versionmetric": "version_metric",
}
IGNORED = {"aimodel": ["search_text", "access_version"]}


class Migration(migrations.Migration):
    """The registry under the ledger's eye, its keys, and the guards of versions, deployments, rollbacks and permits."""

    dependencies = [
        ("registry", "0001_initial"),
        ("audit", "0005_signed_in"),
        ("inventory", "0008_governed_releases"),
    ]

    operations = [
        *[Numbered(prefix) for prefix in ("MDL", "MDV", "SEL", "ART", "DEP", "RBK", "PMT", "MAR", "MGR")],
        *[
            Governed(f"registry_{table}", f"registry.{subject}", ignored=IGNORED.get(table, []))
            for table, subject in GOVERNED.items()
        ],
        *[
            AppendOnly(f"registry_{table}")
            for table in ("artefactversion", "dissent", "modelcard", "versiondata", "versionmetric")
        ],
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
    ]
