"""Every write that another tool asks for."""

from .contracts import import_contract
from .dbt import import_dbt
from .files import import_dcat, import_expectations
from .following import poll, pull_model, take_over
from .mlflow import edit_server, register_server, resolve_mapping, rotate_server
from .openlineage import receive_event
from .permissions import read_permission_file, read_postgresql
from .subscriptions import edit_subscription, rotate_subscription, send_again, send_test, subscribe

__all__ = [
    "edit_server",
    "edit_subscription",
    "import_contract",
    "import_dbt",
    "import_dcat",
    "import_expectations",
    "poll",
    "pull_model",
    "read_permission_file",
    "read_postgresql",
    "receive_event",
    "register_server",
    "resolve_mapping",
    "rotate_server",
    "rotate_subscription",
    "send_again",
    "send_test",
    "subscribe",
    "take_over",
]
