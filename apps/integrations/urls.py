"""Addresses of the intakes."""

from __future__ import annotations

from django.urls import path

from .views import permissions

app_name = "integrations"
urlpatterns = [
    path("permissions/<str:key>/", permissions.permissions, name="permissions"),
]
