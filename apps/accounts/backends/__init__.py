"""Sign-in through the enterprise's identity provider, and API tokens."""

from .oidc import OIDCBackend

__all__ = ["OIDCBackend"]
