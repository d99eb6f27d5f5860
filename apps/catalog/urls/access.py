"""Addresses of requests, grants and campaigns."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.catalog.views import access, campaigns, grants

urlpatterns: list[URLPattern] = [
    path("requests/", access.Requests.as_view(), name="access_requests"),
    path("requests/ask/<str:key>/", access.ask, name="access_ask"),
    path("requests/<str:key>/", access.access_request, name="access_request"),
    path("requests/<str:key>/withdraw/", access.withdraw, name="access_withdraw"),
    path("grants/", grants.Grants.as_view(), name="grants"),
    path("grants/<str:key>/", grants.grant, name="grant"),
    path("grants/<str:key>/ask/", grants.ask_for_time, name="grant_ask"),
    path("grants/<str:key>/extend/", grants.extend, name="grant_extend"),
    path("grants/<str:key>/resume/", grants.resume, name="grant_resume"),
    path("grants/<str:key>/revoke/", grants.revoke, name="grant_revoke"),
    path("campaigns/", campaigns.Campaigns.as_view(), name="campaigns"),
    path("campaigns/start/", campaigns.start, name="campaign_start"),
    path("campaigns/<str:key>/", campaigns.campaign, name="campaign"),
    path("campaigns/<str:key>/close/", campaigns.close, name="campaign_close"),
]
