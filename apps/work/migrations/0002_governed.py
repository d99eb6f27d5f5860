from django.db import migrations

from apps.audit.governed import Governed, Numbered


class Migration(migrations.Migration):
    """Owed work and talk under the ledger's eye."""

    dependencies = [("work", "0001_initial"), ("audit", "0002_ledger")]

    operations = [
        Numbered("ACT"),
        Governed("work_action", "work.action"),
        Governed("work_comment", "work.comment", personal=["text"]),
        Governed("work_comment_mentions", "work.comment_mention"),
        Governed("work_notice", "work.notice", personal=["text"]),
        Governed("work_job", "work.job", ignored=["done", "message"]),
    ]
