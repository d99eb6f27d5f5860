from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Models and their versions, releases' parts, deployments, and who may call which model."""

    name = "apps.registry"
    label = "registry"

    def ready(self) -> None:
        from . import dossier, owed, panels, rules, search, subjects  # noqa: F401 - rules register themselves

        for room in (subjects, dossier, search, owed, panels):
            room.register_all()
        from apps.kernel import deciders
        from apps.kernel.permissions import Permission

        from .operations.calls import answer_document

        deciders.register("model", deciders.Decider(Permission.REGISTRY_ACCESS_EVALUATE, answer_document))
