from pathlib import Path

from django.db import migrations

from apps.audit.governed import installing
from apps.gates.rules_pure.policy import read_policy

ROOM = Path(__file__).parent.parent
HAND_IN = (ROOM / "sql" / "hand_in_release.sql").read_text()


def fill(apps, schema_editor):
    """Publish the shipped policy, unless the enterprise has published one of its own: that stays in force."""
    versions = apps.get_model("gates", "PolicyVersion").objects
    if versions.exclude(version="2026.1").exists():
        return
    installing(schema_editor)
    text = (ROOM / "policies" / "gates-2026.2.yaml").read_text(encoding="utf-8")
    policy = read_policy(text)
    versions.create(version=policy.version, text=text, digest=policy.digest, quorum=policy.as_data())


class Migration(migrations.Migration):
    """Gates look at the models of a release; whoever composed it does not decide on it."""

    dependencies = [("gates", "0006_review_release")]

    operations = [
        migrations.RunSQL([(HAND_IN, None)], migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
