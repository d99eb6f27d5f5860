"""Addresses of what platforms really allow."""

from __future__ import annotations

from django.urls import path

from apps.catalog.views import actual

urlpatterns = [
    path("platforms/<str:key>/permissions/", actual.platform_permissions, name="platform_permissions"),
    path("platforms/<str:key>/logins/", actual.principal, name="platform_principal"),
]
