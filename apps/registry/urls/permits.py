"""Addresses of deployment permits."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import permits

urlpatterns: list[URLPattern] = [
    path("permits/", permits.Permits.as_view(), name="permits"),
    path("permits/<str:key>/", permits.permit, name="permit"),
    path("permits/<str:key>/revoke/", permits.revoke, name="permit_revoke"),
    path("systems/<str:key>/permit/", permits.issue, name="permit_issue"),
    path(".well-known/gatehouse-permit-keys", permits.keys, name="permit_keys"),
    path(".well-known/gatehouse-permit-status", permits.status, name="permit_status"),
]
