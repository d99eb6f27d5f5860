"""Addresses of selections."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import selections

urlpatterns: list[URLPattern] = [
    path("selections/", selections.Selections.as_view(), name="selections"),
    path("selections/open/<str:key>/", selections.begin, name="selection_open"),
    path("selections/<str:key>/", selections.selection, name="selection"),
    path("selections/<str:key>/needs/", selections.needs, name="selection_needs"),
    path("selections/<str:key>/candidates/add/", selections.add_candidate, name="selection_candidate_add"),
    path(
        "selections/<str:key>/candidates/<uuid:candidate_id>/",
        selections.edit_candidate,
        name="selection_candidate_edit",
    ),
    path("selections/<str:key>/decide/", selections.decide, name="selection_decide"),
    path("selections/<str:key>/dissent/", selections.dissent, name="selection_dissent"),
    path("selections/<str:key>/abandon/", selections.abandon, name="selection_abandon"),
]
