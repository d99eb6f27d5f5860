from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Files that prove something: versions, links, encryption, expiry."""

    name = "apps.evidence"
    label = "evidence"

    def ready(self) -> None:
        from . import subjects

        subjects.register_all()
