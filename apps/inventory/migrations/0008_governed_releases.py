from pathlib import Path

from django.db import migrations

from apps.audit.governed import Governed, Numbered

GUARDS = (Path(__file__).parent.parent / "sql" / "releases.sql").read_text()


class Migration(migrations.Migration):
    """Releases under the ledger's eye and their guards; an authorisation names the release that was reviewed."""

    dependencies = [("inventory", "0007_releases"), ("audit", "0002_ledger")]

    operations = [
        Numbered("REL"),
        # The content is named by its digest; its bytes stand in the row, which never changes.
        Governed("inventory_release", "inventory.release", ignored=["content"]),
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
    ]
