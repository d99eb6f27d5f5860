"""Addresses of platforms."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.catalog.views import platforms

urlpatterns: list[URLPattern] = [
    path("platforms/", platforms.Platforms.as_view(), name="platforms"),
    path("platforms/register/", platforms.register, name="platform_register"),
    path("platforms/<str:key>/", platforms.platform, name="platform"),
    path("platforms/<str:key>/edit/", platforms.edit, name="platform_edit"),
]
