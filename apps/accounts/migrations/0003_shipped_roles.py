from django.db import migrations

from apps.accounts.rules_pure.roles import SHIPPED
from apps.audit.governed import installing


def fill(apps, schema_editor):
    installing(schema_editor)
    role = apps.get_model("accounts", "Role")
    for shipped in SHIPPED:
        role.objects.create(
            key=shipped.key,
            name=shipped.name,
            description=shipped.description,
            permissions=sorted(str(name) for name in shipped.permissions),
            privileged=shipped.privileged,
            shipped=True,
        )


class Migration(migrations.Migration):
    """The roles of the domain, as sets that administrators may edit."""

    dependencies = [("accounts", "0002_governed")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
