from pathlib import Path

from django.db import migrations

from apps.audit.governed import AppendOnly, Governed, Numbered

GUARDS = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    """Assessments under the ledger's eye, and the guards of texts, answers, signatures and legal outcomes."""

    dependencies = [("assessments", "0001_initial"), ("inventory", "0003_policy"), ("audit", "0002_ledger")]

    operations = [
        Numbered("ASM"),
        Numbered("RSK"),
        Governed("assessments_questionnaire", "assessments.questionnaire"),
        Governed("assessments_policytext", "assessments.policy_text"),
        Governed("assessments_assessment", "assessments.assessment"),
        Governed("assessments_answer", "assessments.answer", ignored=["editor"]),
        Governed("assessments_signoff", "assessments.sign_off", personal=["reason"]),
        Governed("assessments_riskscenario", "assessments.risk"),
        Governed("assessments_classification", "assessments.classification", personal=["reason"]),
        AppendOnly("assessments_signoff"),
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
    ]
