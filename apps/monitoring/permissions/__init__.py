"""Who may push metrics, set bounds, deal with alerts, and open and close incidents, beyond the role."""

from .alerts import may_deal_with_alert, may_edit_bound, may_set_bound, may_watch
from .incidents import may_close_incident, may_contain_incident, may_edit_incident, may_open_incident
from .pushing import may_push

__all__ = [
    "may_close_incident",
    "may_contain_incident",
    "may_deal_with_alert",
    "may_edit_bound",
    "may_edit_incident",
    "may_open_incident",
    "may_push",
    "may_set_bound",
    "may_watch",
]
