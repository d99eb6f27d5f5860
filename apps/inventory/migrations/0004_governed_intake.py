from pathlib import Path

from django.db import migrations

from apps.audit.governed import Governed, Numbered

CATALOG = (Path(__file__).parent.parent / "sql" / "catalog.sql").read_text()


class Migration(migrations.Migration):
    """Intakes, approved uses and legacy periods under the ledger's eye, with their keys and guards."""

    dependencies = [("inventory", "0003_policy")]

    operations = [
        Numbered("INT"),
        Numbered("USE"),
        Governed("inventory_intake", "inventory.intake"),
        Governed("inventory_approveduse", "inventory.approved_use", ignored=["search_text"]),
        Governed("inventory_approvedusedepartment", "inventory.approved_use_department"),
        Governed("inventory_legacyperiod", "inventory.legacy_period"),
        Governed("inventory_usecase", "inventory.use_case", ignored=["search_text"]),
        migrations.RunSQL([(CATALOG, None)], migrations.RunSQL.noop),
    ]
