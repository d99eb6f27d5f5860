"""Addresses of metrics."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.monitoring.views import metrics

urlpatterns: list[URLPattern] = [
    path("", metrics.Metrics.as_view(), name="metrics"),
    path("metrics/<str:key>/", metrics.metric, name="metric"),
]
