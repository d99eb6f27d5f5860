"""Addresses that gateways ask at, outside of every room: they are LiteLLM's own."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import guardrail

app_name = "gateway"
urlpatterns: list[URLPattern] = [
    path("beta/litellm_basic_guardrail_api", guardrail.check, name="litellm"),
]
