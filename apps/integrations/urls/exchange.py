"""Addresses at which other tools are followed, and from which they are told."""

from __future__ import annotations

from django.urls import path

from apps.integrations.views import subscriptions

app_name = "exchange"
urlpatterns = [
    path("subscriptions/", subscriptions.Subscriptions.as_view(), name="subscriptions"),
    path("subscriptions/new/", subscriptions.subscribe, name="subscribe"),
    path("subscriptions/<uuid:pk>/", subscriptions.subscription, name="subscription"),
    path("subscriptions/<uuid:pk>/edit/", subscriptions.edit, name="subscription_edit"),
    path("subscriptions/<uuid:pk>/act/", subscriptions.act, name="subscription_act"),
]
