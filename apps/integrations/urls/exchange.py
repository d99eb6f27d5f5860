"""Addresses at which other tools are followed, and from which they are told."""

from __future__ import annotations

from django.urls import path

from apps.integrations.views import mlflow, subscriptions

app_name = "exchange"
urlpatterns = [
    path("mlflow/", mlflow.Servers.as_view(), name="mlflow_servers"),
    path("mlflow/new/", mlflow.register, name="mlflow_register"),
    path("mlflow/<uuid:pk>/", mlflow.server, name="mlflow_server"),
    path("mlflow/<uuid:pk>/edit/", mlflow.edit, name="mlflow_edit"),
    path("mlflow/<uuid:pk>/act/", mlflow.act, name="mlflow_act"),
    path("mlflow/<uuid:pk>/webhook", mlflow.webhook, name="mlflow_webhook"),
    path("subscriptions/", subscriptions.Subscriptions.as_view(), name="subscriptions"),
    path("subscriptions/new/", subscriptions.subscribe, name="subscribe"),
    path("subscriptions/<uuid:pk>/", subscriptions.subscription, name="subscription"),
    path("subscriptions/<uuid:pk>/edit/", subscriptions.edit, name="subscription_edit"),
    path("subscriptions/<uuid:pk>/act/", subscriptions.act, name="subscription_act"),
]
