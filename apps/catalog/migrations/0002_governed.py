from pathlib import Path

from django.db import migrations

from apps.audit.governed import AppendOnly, Governed, Numbered

CATALOG = (Path(__file__).parent.parent / "sql" / "catalog.sql").read_text()
GOVERNED = {
    "accessrequest": "access_request",
    "campaign": "campaign",
    "campaignitem": "campaign_item",
    "container": "container",
    "datacontract": "data_contract",
    "datacontract_datasets": "data_contract_dataset",
    "datagrant": "data_grant",
    "datasetname": "dataset_name",
    "datasetterm": "dataset_term",
    "datasetuse": "dataset_use",
    "deletion": "deletion",
    "deletion_copies": "deletion_copy",
    "field": "field",
    "fieldterm": "field_term",
    "fitness": "fitness",
    "fitness_needed_checks": "fitness_check",
    "glossaryterm": "glossary_term",
    "job": "job",
    "legalhold": "legal_hold",
    "legalhold_datasets": "legal_hold_dataset",
    "masterentity": "master_entity",
    "permissionsnapshot": "permission_snapshot",
    "platform": "platform",
    "platformprincipal": "platform_principal",
    "processingactivity": "processing_activity",
    "processingactivity_datasets": "processing_activity_dataset",
    "processingactivity_use_cases": "processing_activity_use_case",
    "qualitycheck": "quality_check",
    "retentionpolicy": "retention_policy",
    "termrelation": "term_relation",
}


class Migration(migrations.Migration):
    """The catalog under the ledger's eye, its keys, and the numbers that remembered decisions are compared with."""

    dependencies = [("catalog", "0001_initial"), ("audit", "0002_ledger"), ("inventory", "0006_governed_imports")]

    operations = [
        *[Numbered(prefix) for prefix in ("PLT", "DST", "DAR", "GRT", "RCC", "PRA", "HLD", "DEL")],
        Governed("catalog_dataset", "catalog.dataset", ignored=["search_text", "access_version"]),
        *[Governed(f"catalog_{table}", f"catalog.{subject}") for table, subject in GOVERNED.items()],
        AppendOnly("catalog_lineageevent"),
        migrations.RunSQL([(CATALOG, None)], migrations.RunSQL.noop),
    ]
