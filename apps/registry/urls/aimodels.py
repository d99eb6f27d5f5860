"""Addresses of models and their versions."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import aimodels, versions

urlpatterns: list[URLPattern] = [
    path("models/", aimodels.Models.as_view(), name="models"),
    path("models/register/", aimodels.register, name="model_register"),
    path("models/versions/<str:key>/", versions.model_version, name="model_version"),
    path("models/versions/<str:key>/what-breaks/", versions.breaks, name="version_breaks"),
    path("models/versions/<str:key>/card/", versions.write_card, name="version_card"),
    path("models/versions/<str:key>/card/hugging-face/", versions.read_card, name="version_card_read"),
    path("models/versions/<str:key>/validate/", versions.validate, name="version_validate"),
    path("models/versions/<str:key>/deprecate/", versions.deprecate, name="version_deprecate"),
    path("models/versions/<str:key>/retire/", versions.retire, name="version_retire"),
    path("models/<str:key>/", aimodels.ai_model, name="ai_model"),
    path("models/<str:key>/edit/", aimodels.edit, name="model_edit"),
    path("models/<str:key>/terms/", aimodels.terms, name="model_terms"),
    path("models/<str:key>/alias/", aimodels.alias, name="model_alias"),
    path("models/<str:key>/versions/register/", aimodels.version_register, name="version_register"),
]
