from pathlib import Path

from django.db import migrations

from apps.audit.governed import Governed, Numbered

STANDS = (Path(__file__).parent.parent / "sql" / "stands.sql").read_text()


class Migration(migrations.Migration):
    """Findings and exceptions under the ledger's eye."""

    dependencies = [("compliance", "0001_initial"), ("audit", "0002_ledger")]

    operations = [
        Numbered("FND"),
        Numbered("EXC"),
        Governed("compliance_finding", "compliance.finding"),
        Governed("compliance_sweep", "compliance.sweep"),
        Governed("compliance_policyexception", "compliance.exception", personal=["reason"]),
        migrations.RunSQL([(STANDS, None)], migrations.RunSQL.noop),
    ]
