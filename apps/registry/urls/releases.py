"""Addresses of releases and of what is versioned beside models."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import artefacts, releases

urlpatterns: list[URLPattern] = [
    path("releases/", releases.Releases.as_view(), name="releases"),
    path("releases/compose/<str:key>/", releases.compose, name="release_compose"),
    path("releases/<str:key>/", releases.release, name="release"),
    path("releases/<str:key>/withdraw/", releases.withdraw, name="release_withdraw"),
    path("releases/<str:key>/against/<str:other>/", releases.against, name="release_against"),
    path("artefacts/", artefacts.Artefacts.as_view(), name="artefacts"),
    path("artefacts/register/<str:key>/", artefacts.register, name="artefact_register"),
    path("artefacts/<str:key>/", artefacts.artefact, name="artefact"),
    path("artefacts/<str:key>/versions/add/", artefacts.add_version, name="artefact_version_add"),
]
