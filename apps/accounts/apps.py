from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, departments and roles: installs the authoriser into the kernel's port."""

    name = "apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        from apps.kernel import authorisation, owed

        from . import queries, reach, subjects

        authorisation.install(reach.decide, reach.held_permissions)
        subjects.register_all()
        owed.register("accounts", queries.waiting_for_confirmation)
