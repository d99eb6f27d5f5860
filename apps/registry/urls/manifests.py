"""Addresses of manifests."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import manifests

urlpatterns: list[URLPattern] = [
    path("models/manifest/", manifests.manifest, name="manifest"),
]
