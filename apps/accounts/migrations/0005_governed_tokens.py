from django.db import migrations

from apps.audit.governed import Governed


class Migration(migrations.Migration):
    """Tokens are under the ledger's eye; their hashes and their daily use are not shown there."""

    dependencies = [("accounts", "0004_tokens_and_confirmation")]

    operations = [
        Governed("accounts_apitoken", "accounts.token", masked=["digest"], ignored=["last_used_at"]),
    ]
