from pathlib import Path

from django.db import migrations

from apps.assessments.rules_pure.policies import load_policy
from apps.assessments.rules_pure.reading import load_questionnaire
from apps.audit.governed import installing

ROOM = Path(__file__).parent.parent


def fill(apps, schema_editor):
    installing(schema_editor)
    questionnaires = apps.get_model("assessments", "Questionnaire")
    text = (ROOM / "packs" / "ai-risk-assessment-2026.1.yaml").read_text()
    pack = load_questionnaire(text)
    questionnaires.objects.create(key=pack.key, version=pack.version, title=pack.title, text=text, digest=pack.digest)
    policies = apps.get_model("assessments", "PolicyText")
    for kind, name in (("tiers", "tiers"), ("legal_class", "legal-class"), ("risk_matrix", "risk-matrix")):
        text = (ROOM / "policies" / f"{name}-2026.1.yaml").read_text()
        policy = load_policy(text)
        policies.objects.create(kind=kind, version=policy.version, text=text, digest=policy.digest)


class Migration(migrations.Migration):
    """The questionnaire and the policies in force at first."""

    dependencies = [("assessments", "0002_governed")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
