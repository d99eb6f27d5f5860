"""Addresses of requests for models and of model grants."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import access, calls, gateways, grants

urlpatterns: list[URLPattern] = [
    path("model-access/", access.Requests.as_view(), name="access_requests"),
    path("model-access/ask/", access.begin, name="access_begin"),
    path("model-access/ask/<str:key>/", access.ask, name="access_ask"),
    path("model-access/requests/<str:key>/", access.access_request, name="access_request"),
    path("model-access/requests/<str:key>/withdraw/", access.withdraw, name="access_withdraw"),
    path("model-access/grants/", grants.Grants.as_view(), name="grants"),
    path("model-access/grants/<str:key>/", grants.grant, name="grant"),
    path("model-access/grants/<str:key>/extend/", grants.extend, name="grant_extend"),
    path("model-access/grants/<str:key>/hold-back/", grants.hold_back, name="grant_hold_back"),
    path("model-access/grants/<str:key>/resume/", grants.resume, name="grant_resume"),
    path("model-access/grants/<str:key>/revoke/", grants.revoke, name="grant_revoke"),
    path("model-access/calls/", calls.Calls.as_view(), name="calls"),
    path("model-access/gateways/", gateways.gateways, name="gateways"),
    path("model-access/gateways/read/", gateways.read, name="gateway_read"),
    path("model-access/gateways/export/<str:form>/", gateways.export, name="gateway_export"),
    path("model-access/gateways/<slug:gateway>/", gateways.gateway, name="gateway"),
]
