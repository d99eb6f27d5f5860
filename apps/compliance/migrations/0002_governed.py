from django.db import migrations

from apps.audit.governed import Governed, Numbered

# Asked by the inventory's guard: does a standing exception back an authorisation that names it?
STANDS = """
CREATE OR REPLACE FUNCTION compliance_exception_stands(exception uuid, about uuid, gate text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM compliance_policyexception
        WHERE id = exception AND subject_type = 'inventory.system' AND subject_id = about::text AND status = 'granted'
          AND until > gatehouse_now() AND concerns = gate AND first_approver_id <> second_approver_id
    )
$$
"""


class Migration(migrations.Migration):
    """Findings and exceptions under the ledger's eye."""

    dependencies = [("compliance", "0001_initial"), ("audit", "0002_ledger")]

    operations = [
        Numbered("FND"),
        Numbered("EXC"),
        Governed("compliance_finding", "compliance.finding"),
        Governed("compliance_sweep", "compliance.sweep"),
        Governed("compliance_policyexception", "compliance.exception", personal=["reason"]),
        migrations.RunSQL([(STANDS, None)], migrations.RunSQL.noop),
    ]
