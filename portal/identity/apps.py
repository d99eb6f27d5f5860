from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """The pages of the demo's identity provider."""

    name = "portal.identity"
    label = "identity"
