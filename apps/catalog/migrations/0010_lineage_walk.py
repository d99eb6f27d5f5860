from pathlib import Path

from django.db import migrations, models

WALK = (Path(__file__).resolve().parents[1] / "sql" / "lineage.sql").read_text()


class Migration(migrations.Migration):
    """Walks read the lines from indexes alone, both ways; when a line was last seen is in none, so that seeing it is cheap."""

    dependencies = [("catalog", "0009_since_when_classified")]

    operations = [
        migrations.RemoveIndex("lineageedge", "catalog_lin_target__892946_idx"),
        migrations.RemoveConstraint("lineageedge", "catalog_edge"),
        migrations.AddConstraint(
            "lineageedge",
            models.UniqueConstraint(
                fields=["source_id", "target_id"],
                include=["target_kind", "first_seen", "ended_at"],
                name="catalog_edge",
            ),
        ),
        migrations.AddIndex(
            "lineageedge",
            models.Index(
                fields=["target_id", "source_id"],
                include=["source_kind", "first_seen", "ended_at"],
                name="catalog_edge_up",
            ),
        ),
        migrations.RunSQL([(WALK, None)], migrations.RunSQL.noop),
    ]
