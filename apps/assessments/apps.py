from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Questionnaires, answers, tiers, legal classes, risks."""

    name = "apps.assessments"
    label = "assessments"

    def ready(self) -> None:
        from . import owed, panels, rules, subjects  # noqa: F401 - rules register themselves

        subjects.register_all()
        owed.register_all()
        panels.register_all()
