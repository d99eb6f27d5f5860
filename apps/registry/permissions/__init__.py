"""Who may do what in the registry, beyond the role: decisions with their reasons, one module for each concern."""

from .holding import holds_here, inside

__all__ = ["holds_here", "inside"]
