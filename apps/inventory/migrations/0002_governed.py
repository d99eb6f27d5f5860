from pathlib import Path

from django.db import migrations

from apps.audit.governed import Governed, Numbered

GUARDS = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    """The inventory under the ledger's eye, its keys, and the guards of stage, revision and authorisation."""

    dependencies = [("inventory", "0001_initial"), ("accounts", "0002_governed"), ("audit", "0002_ledger")]

    operations = [
        Numbered("AIS"),
        Numbered("UC"),
        Numbered("AUTH"),
        Governed("inventory_aisystem", "inventory.system", ignored=["search_text"]),
        Governed("inventory_aisystemuserobjectpermission", "inventory.system_grant"),
        Governed("inventory_vendor", "inventory.vendor"),
        Governed("inventory_component", "inventory.component"),
        Governed("inventory_dependency", "inventory.dependency"),
        Governed("inventory_sourceidentity", "inventory.source_identity"),
        Governed("inventory_reportedfact", "inventory.reported_fact"),
        Governed("inventory_usecase", "inventory.use_case"),
        Governed("inventory_usecasesystem", "inventory.use_case_system"),
        Governed("inventory_authorisation", "inventory.authorisation"),
        Governed("inventory_materialfield", "inventory.material_field"),
        Governed("inventory_stagetransition", "inventory.stage_transition"),
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
    ]
