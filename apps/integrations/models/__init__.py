"""What the intakes and the outgoing events remember."""

from .mlflow import DeliveryState, MappingState, MLflowDelivery, MLflowMapping, MLflowServer
from .subscriptions import EventDelivery, EventSubscription, SendingState

__all__ = [
    "DeliveryState",
    "EventDelivery",
    "EventSubscription",
    "MLflowDelivery",
    "MLflowMapping",
    "MLflowServer",
    "MappingState",
    "SendingState",
]
