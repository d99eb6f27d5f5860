"""Addresses of quality."""

from __future__ import annotations

from django.urls import path

from apps.catalog.views import quality

urlpatterns = [
    path("quality/", quality.Qualities.as_view(), name="quality"),
    path("<str:key>/checks/<uuid:pk>/", quality.check, name="quality_check"),
    path("<str:key>/fitness/", quality.fitness, name="fitness"),
]
