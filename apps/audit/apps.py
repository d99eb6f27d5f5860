from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The ledger: installs the recorder and the outbox into the kernel's ports."""

    name = "apps.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.kernel import deferral, recording

        from . import outbox, owed, panels, recorder

        recording.install(recorder.record)
        deferral.install(outbox.write)
        panels.register_all()
        owed.register_all()
