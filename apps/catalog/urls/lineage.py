"""Addresses of lineage."""

from __future__ import annotations

from django.urls import path

from apps.catalog.views import jobs, lineage, lineage_edits

urlpatterns = [
    path("jobs/<uuid:pk>/", lineage.job, name="job"),
    path("jobs/<uuid:pk>/system/", jobs.name_system, name="job_system"),
    path("jobs/<uuid:pk>/lineage/", lineage.job_lineage, name="job_lineage"),
    path("systems/<str:key>/lineage/", lineage.system_lineage, name="system_lineage"),
    path("<str:key>/lineage/", lineage.dataset_lineage, name="dataset_lineage"),
    path("<str:key>/lineage/columns/", lineage.dataset_columns, name="dataset_columns"),
    path("<str:key>/lineage/field/", lineage.dataset_field, name="dataset_field"),
    path("<str:key>/lineage/declare/", lineage_edits.declare, name="dataset_flow"),
    path("<str:key>/lineage/end/", lineage_edits.end, name="dataset_line_end"),
    path("<str:key>/impact/", lineage.dataset_impact, name="dataset_impact"),
]
