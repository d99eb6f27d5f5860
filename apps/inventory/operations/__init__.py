"""Every write of the inventory."""

from .systems import edit_system, register_system

__all__ = ["edit_system", "register_system"]
