"""Addresses of datasets."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.catalog.views import datasets

urlpatterns: list[URLPattern] = [
    path("", datasets.Datasets.as_view(), name="datasets"),
    path("<str:key>/", datasets.dataset, name="dataset"),
]
