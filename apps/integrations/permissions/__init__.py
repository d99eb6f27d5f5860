"""Who may set up what flows in and out, beyond the role."""

from .mlflow import may_edit_server, may_pull, may_resolve
from .subscriptions import may_edit_subscription, may_subscribe

__all__ = ["may_edit_server", "may_edit_subscription", "may_pull", "may_resolve", "may_subscribe"]
