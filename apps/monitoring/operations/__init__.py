"""Every write of monitoring."""

from .alerts import acknowledge_alert, close_alert, open_alert, recover_alert
from .bounds import edit_bound, end_bound, set_bound
from .incidents import close_incident, contain_incident, edit_incident, link_alert, open_incident
from .pushing import push_metrics
from .rollups import keep_rollups
from .watching import watch, watch_bound

__all__ = [
    "acknowledge_alert",
    "close_alert",
    "close_incident",
    "contain_incident",
    "edit_bound",
    "edit_incident",
    "end_bound",
    "keep_rollups",
    "link_alert",
    "open_alert",
    "open_incident",
    "push_metrics",
    "recover_alert",
    "set_bound",
    "watch",
    "watch_bound",
]
