"""Addresses of the processing register."""

from __future__ import annotations

from django.urls import path

from apps.catalog.views import processing

urlpatterns = [
    path("processing/", processing.Activities.as_view(), name="activities"),
    path("processing/begin/", processing.register, name="activity_register"),
    path("processing/<str:key>/", processing.activity, name="activity"),
    path("processing/<str:key>/edit/", processing.edit, name="activity_edit"),
    path("processing/<str:key>/publish/", processing.publish, name="activity_publish"),
    path("processing/<str:key>/end/", processing.end, name="activity_end"),
]
