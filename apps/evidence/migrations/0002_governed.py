from django.db import migrations

from apps.audit.governed import AppendOnly, Governed, Numbered


class Migration(migrations.Migration):
    """Evidence under the ledger's eye; versions of files are never changed."""

    dependencies = [("evidence", "0001_initial"), ("audit", "0002_ledger")]

    operations = [
        Numbered("EVD"),
        Governed("evidence_evidence", "evidence.file"),
        Governed("evidence_evidenceversion", "evidence.version"),
        Governed("evidence_evidencelink", "evidence.link"),
        AppendOnly("evidence_evidenceversion"),
    ]
