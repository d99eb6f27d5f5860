from django.db import migrations

from apps.accounts.rules_pure.roles import SHIPPED
from apps.audit.governed import installing

BROUGHT = ("registry.", "monitoring.", "inventory.release.", "integrations.")


def widen(apps, schema_editor):
    """Add what the registry of models brought to the roles as shipped; what administrators changed in them stays."""
    installing(schema_editor)
    role = apps.get_model("accounts", "Role")
    for shipped in SHIPPED:
        brought = {str(name) for name in shipped.permissions if str(name).startswith(BROUGHT)}
        for found in role.objects.filter(key=shipped.key, shipped=True):
            if brought - set(found.permissions):
                found.permissions = sorted(set(found.permissions) | brought)
                found.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """The permissions of the registry of models and of monitoring, in the shipped roles."""

    dependencies = [("accounts", "0007_service_tokens"), ("audit", "0002_ledger")]

    operations = [migrations.RunPython(widen, migrations.RunPython.noop)]
