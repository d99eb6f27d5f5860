from django.db import migrations

from apps.audit.governed import Governed


class Migration(migrations.Migration):
    """Servers, mappings and subscriptions under the ledger's eye; secrets are recorded as changed, never as they are."""

    dependencies = [
        ("integrations", "0001_initial"),
        ("audit", "0005_signed_in"),
    ]

    operations = [
        Governed(
            "integrations_mlflowserver",
            "integrations.server",
            masked=["secret", "bearer"],
            ignored=["polled_at", "problem", "refused"],
        ),
        Governed("integrations_mlflowmapping", "integrations.mapping", ignored=["pulled_at"]),
        Governed(
            "integrations_eventsubscription", "integrations.subscription", masked=["secret"], ignored=["position"]
        ),
    ]
