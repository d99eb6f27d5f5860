"""Addresses of retention."""

from __future__ import annotations

from django.urls import path

from apps.catalog.views import retention

urlpatterns = [
    path("retention/", retention.Due.as_view(), name="retention"),
    path("holds/", retention.Holds.as_view(), name="holds"),
    path("holds/place/", retention.place, name="hold_place"),
    path("holds/<str:key>/", retention.hold, name="hold"),
    path("holds/<str:key>/release/", retention.release, name="hold_release"),
    path("<str:key>/retention/", retention.policy, name="retention_policy"),
    path("<str:key>/deletions/attest/", retention.attest, name="deletion_attest"),
]
