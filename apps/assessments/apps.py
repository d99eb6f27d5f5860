from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Questionnaires, answers, tiers, legal classes, risks."""

    name = "apps.assessments"
    label = "assessments"
