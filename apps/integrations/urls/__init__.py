"""Addresses of the intakes."""

from __future__ import annotations

from django.urls import path

from apps.integrations.views import events, files, permissions

app_name = "integrations"
urlpatterns = [
    path("", events.Events.as_view(), name="events"),
    path("files/", files.files, name="files"),
    path("contracts/<str:key>/", files.contract, name="contract_export"),
    path("connect/", events.connect, name="connect"),
    path("events/<uuid:pk>/", events.event, name="event"),
    path("permissions/<str:key>/", permissions.permissions, name="permissions"),
]
