from django.db import migrations

from apps.audit.governed import Governed


class Migration(migrations.Migration):
    """People, departments and roles are under the ledger's eye."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0002_ledger"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        Governed("accounts_legalentity", "accounts.legal_entity"),
        Governed("accounts_department", "accounts.department"),
        Governed("accounts_person", "accounts.person", personal=["email", "name"], ignored=["last_signed_in_at"]),
        Governed("accounts_person_groups", "accounts.person_group"),
        Governed("accounts_identity", "accounts.identity", personal=["subject"]),
        Governed("accounts_serviceidentity", "accounts.service_identity"),
        Governed("accounts_role", "accounts.role"),
        Governed("accounts_roleassignment", "accounts.assignment", personal=["reason"]),
        Governed("auth_group", "auth.group"),
        Governed("auth_group_permissions", "auth.group_permission"),
    ]
