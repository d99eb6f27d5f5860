from django.db import migrations

from apps.audit.governed import installing

VIEW, SUSPEND = "inventory.system.view", "inventory.system.suspend"


def see(apps, schema_editor):
    """Let the delivery team as shipped see the systems that it ships; to suspend them is for others (DOMAIN: owner, lead, security)."""
    installing(schema_editor)
    for found in apps.get_model("accounts", "Role").objects.filter(key="delivery-team", shipped=True):
        wanted = sorted({*found.permissions, VIEW} - {SUSPEND})
        if wanted != sorted(found.permissions):
            found.permissions = wanted
            found.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Whoever deploys, reports and fetches permits where their role counts finds the system there."""

    dependencies = [("accounts", "0008_model_permissions"), ("audit", "0002_ledger")]

    operations = [migrations.RunPython(see, migrations.RunPython.noop)]
