"""Addresses of incidents."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.monitoring.views import incidents

urlpatterns: list[URLPattern] = [
    path("incidents/", incidents.Incidents.as_view(), name="incidents"),
    path("incidents/<str:key>/", incidents.incident, name="incident"),
    path("incidents/<str:key>/edit/", incidents.edit, name="incident_edit"),
    path("incidents/<str:key>/contain/", incidents.contain, name="incident_contain"),
    path("incidents/<str:key>/close/", incidents.close, name="incident_close"),
    path("systems/<str:key>/incident/", incidents.open_one, name="incident_open"),
]
