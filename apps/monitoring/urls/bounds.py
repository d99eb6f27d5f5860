"""Addresses of bounds and alerts."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.monitoring.views import alerts, bounds

urlpatterns: list[URLPattern] = [
    path("metrics/<str:key>/bound/", bounds.set_bound, name="bound_set"),
    path("bounds/<str:key>/", bounds.bound, name="bound"),
    path("bounds/<str:key>/edit/", bounds.edit, name="bound_edit"),
    path("bounds/<str:key>/end/", bounds.end, name="bound_end"),
    path("alerts/", alerts.Alerts.as_view(), name="alerts"),
    path("alerts/<str:key>/", alerts.alert, name="alert"),
    path("alerts/<str:key>/acknowledge/", alerts.acknowledge, name="alert_acknowledge"),
    path("alerts/<str:key>/close/", alerts.close, name="alert_close"),
]
