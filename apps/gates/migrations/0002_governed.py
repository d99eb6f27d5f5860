from pathlib import Path

from django.db import migrations

from apps.audit.governed import AppendOnly, Governed, Numbered

GUARDS = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    """Reviews and decisions under the ledger's eye, and the guards that hold quorum in the database."""

    dependencies = [("gates", "0001_initial"), ("audit", "0002_ledger"), ("assessments", "0001_initial")]

    operations = [
        Numbered("REV"),
        Governed("gates_policyversion", "gates.policy"),
        Governed("gates_review", "gates.review", ignored=["dossier"]),
        Governed("gates_decision", "gates.decision", personal=["reason"]),
        AppendOnly("gates_decision"),
        AppendOnly("gates_policyversion"),
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
    ]
