from pathlib import Path

from django.db import migrations

from apps.audit.governed import AppendOnly, Governed, Numbered

GUARDS = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()
IGNORED = {"metric": ["last_received_at", "last_window_start"]}


class Migration(migrations.Migration):
    """Monitoring under the ledger's eye, its keys, and the guards of what is closed."""

    dependencies = [
        ("monitoring", "0001_initial"),
        ("audit", "0005_signed_in"),
    ]

    operations = [
        *[Numbered(prefix) for prefix in ("MTR", "BND", "ALR", "INC")],
        *[
            Governed(f"monitoring_{table}", f"monitoring.{table}", ignored=IGNORED.get(table, []))
            for table in ("metric", "bound", "alert", "incident")
        ],
        AppendOnly("monitoring_metricpoint"),
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
    ]
