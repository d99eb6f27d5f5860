"""Every write that another tool asks for."""

from .openlineage import receive_event
from .permissions import read_permission_file, read_postgresql

__all__ = ["read_permission_file", "read_postgresql", "receive_event"]
