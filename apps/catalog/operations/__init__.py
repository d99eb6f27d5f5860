"""Every write of the catalog."""

from .datasets import drop_dataset, edit_dataset, edit_field, observe_dataset, register_dataset
from .platforms import edit_platform, observe_platform, register_platform

__all__ = [
    "drop_dataset",
    "edit_dataset",
    "edit_field",
    "edit_platform",
    "observe_dataset",
    "observe_platform",
    "register_dataset",
    "register_platform",
]
