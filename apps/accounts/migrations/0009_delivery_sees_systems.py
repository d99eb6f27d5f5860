from django.db import migrations

from apps.audit.governed import installing

VIEW = "inventory.system.view"


def add(apps, schema_editor):
    """Let the delivery team as shipped see the systems that it ships; what administrators changed in it stays."""
    installing(schema_editor)
    for found in apps.get_model("accounts", "Role").objects.filter(key="delivery-team", shipped=True):
        if VIEW not in found.permissions:
            found.permissions = sorted({*found.permissions, VIEW})
            found.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Whoever deploys, reports and fetches permits where their role counts finds the system there."""

    dependencies = [("accounts", "0008_model_permissions"), ("audit", "0002_ledger")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
