"""Every write that another tool asks for."""

from .contracts import import_contract
from .dbt import import_dbt
from .files import import_dcat, import_expectations
from .openlineage import receive_event
from .permissions import read_permission_file, read_postgresql
from .subscriptions import edit_subscription, rotate_subscription, send_again, send_test, subscribe

__all__ = [
    "edit_subscription",
    "import_contract",
    "import_dbt",
    "import_dcat",
    "import_expectations",
    "read_permission_file",
    "read_postgresql",
    "receive_event",
    "rotate_subscription",
    "send_again",
    "send_test",
    "subscribe",
]
