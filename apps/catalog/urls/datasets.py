"""Addresses of datasets and of their declared uses."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.catalog.views import dataset_edits, datasets, uses

urlpatterns: list[URLPattern] = [
    path("", datasets.Datasets.as_view(), name="datasets"),
    path("register/", dataset_edits.register, name="dataset_register"),
    path("uses/declare/", uses.declare, name="use_declare"),
    path("uses/<uuid:pk>/end/", uses.end, name="use_end"),
    path("<str:key>/edit/", dataset_edits.edit, name="dataset_edit"),
    path("<str:key>/people/", dataset_edits.people, name="dataset_people"),
    path("<str:key>/drop/", dataset_edits.drop, name="dataset_drop"),
    path("<str:key>/fields/edit/", dataset_edits.fields, name="fields_edit"),
    path("<str:key>/", datasets.dataset, name="dataset"),
]
