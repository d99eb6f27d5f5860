"""Addresses of the access log, and of the question whether one may."""

from __future__ import annotations

from django.urls import path

from apps.catalog.views import accesslog, decisions

urlpatterns = [
    path("access-log/", accesslog.AccessLog.as_view(), name="access_log"),
    path("access-log/<uuid:record_id>/proof/", accesslog.proof, name="access_proof"),
    path("may-i/<str:key>/", decisions.may_i, name="may_i"),
]
