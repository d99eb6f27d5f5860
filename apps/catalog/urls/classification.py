"""Addresses of classification."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.catalog.views import classification

urlpatterns: list[URLPattern] = [
    path("classification/", classification.Queue.as_view(), name="classification"),
    path("<str:key>/classify/", classification.classify, name="classify"),
    path("<str:key>/classify/fall/", classification.agree_to_fall, name="agree_to_fall"),
    path("<str:key>/classify/whole/", classification.declare, name="declare_class"),
]
