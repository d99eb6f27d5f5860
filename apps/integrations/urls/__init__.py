"""Addresses of the intakes."""

from __future__ import annotations

from django.urls import path

from apps.integrations.views import bills, events, files, permissions

app_name = "integrations"
urlpatterns = [
    path("", events.Events.as_view(), name="events"),
    path("files/", files.files, name="files"),
    path("bills/", bills.take_over, name="bill_import"),
    path("bills/releases/<str:key>/", bills.of_release, name="release_bill"),
    path("bills/versions/<str:key>/", bills.of_version, name="version_bill"),
    path("contracts/<str:key>/", files.contract, name="contract_export"),
    path("connect/", events.connect, name="connect"),
    path("events/<uuid:pk>/", events.event, name="event"),
    path("permissions/<str:key>/", permissions.permissions, name="permissions"),
]
