from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """The rule engine: sweeps, findings, exceptions."""

    name = "apps.compliance"
    label = "compliance"

    def ready(self) -> None:
        from . import owed, rules, subjects  # noqa: F401 - rules register themselves

        subjects.register_all()
        owed.register_all()
