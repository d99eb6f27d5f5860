from pathlib import Path

from django.db import migrations, models

from apps.audit.governed import AppendOnly, Governed

SEALING = (Path(__file__).parent.parent / "sql" / "sealing.sql").read_text()


class Migration(migrations.Migration):
    """Places, subtrees and signed checkpoints: append-only, and written by the owner's functions alone."""

    dependencies = [
        ("audit", "0002_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                (
                    "frontier",
                    models.BinaryField(help_text="The nodes at the right edge, from which the next leaves go on."),
                ),
                ("note", models.TextField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "get_latest_by": "size",
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("leaf_hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="SealedUpTo",
            fields=[
                ("cluster", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField()),
                ("entry_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SubtreeRoot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("node_hash", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "index"), name="audit_subtree_root_once")],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("requested_by_id", models.CharField(max_length=120)),
                ("requested_by_label", models.CharField(max_length=200)),
                ("requested_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("clean", "Verified"),
                            ("wrong", "Does not verify"),
                            ("failed", "Could not be finished"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("report", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["-requested_at"], name="audit_verification_newest")],
            },
        ),
        migrations.RunSQL([(SEALING, None)], migrations.RunSQL.noop),
        AppendOnly("audit_leaf"),
        AppendOnly("audit_subtreeroot"),
        AppendOnly("audit_checkpoint"),
        Governed(
            "audit_verification",
            "audit.verification",
            personal=["requested_by_label"],
            ignored=["done", "total", "report"],
        ),
    ]
