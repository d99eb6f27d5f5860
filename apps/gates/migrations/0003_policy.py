from pathlib import Path

from django.db import migrations

from apps.audit.governed import installing
from apps.gates.rules_pure.policy import read_policy


def fill(apps, schema_editor):
    installing(schema_editor)
    text = (Path(__file__).parent.parent / "policies" / "gates-2026.1.yaml").read_text(encoding="utf-8")
    policy = read_policy(text)
    apps.get_model("gates", "PolicyVersion").objects.create(
        version=policy.version, text=text, digest=policy.digest, quorum=policy.as_data()
    )


class Migration(migrations.Migration):
    """The gate policy as shipped."""

    dependencies = [("gates", "0002_governed")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
