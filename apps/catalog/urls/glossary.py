"""Addresses of the glossary and of master data."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.catalog.views import glossary

urlpatterns: list[URLPattern] = [
    path("glossary/", glossary.Terms.as_view(), name="terms"),
    path("glossary/<uuid:pk>/", glossary.term, name="term"),
    path("entities/", glossary.Entities.as_view(), name="entities"),
    path("entities/<uuid:pk>/", glossary.entity, name="entity"),
]
