"""Addresses that programs know from a standard: the decision endpoint stands outside the catalog's pages."""

from __future__ import annotations

from django.urls import path

from apps.catalog.views import decisions

app_name = "decisions"
urlpatterns = [
    path("access/v1/evaluation", decisions.evaluation, name="evaluation"),
    path("access/v1/evaluations", decisions.evaluations, name="evaluations"),
    path("access/v1/keys", decisions.keys, name="keys"),
    path(".well-known/authzen-configuration", decisions.configuration, name="configuration"),
]
