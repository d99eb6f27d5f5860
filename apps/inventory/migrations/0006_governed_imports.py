from django.db import migrations

from apps.audit.governed import Governed, Numbered


class Migration(migrations.Migration):
    """Imports and their files under the ledger's eye; a file's bytes are known there by their hash."""

    dependencies = [("inventory", "0005_imports")]

    operations = [
        Numbered("IMP"),
        Governed("inventory_import", "inventory.import", ignored=["advanced_at", "next_row", "guesses"]),
        Governed("inventory_importfile", "inventory.import_file", ignored=["content"]),
    ]
