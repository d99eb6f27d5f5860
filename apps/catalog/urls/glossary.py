"""Addresses of the glossary and of master data."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.catalog.views import glossary, glossary_edits

urlpatterns: list[URLPattern] = [
    path("glossary/", glossary.Terms.as_view(), name="terms"),
    path("glossary/define/", glossary_edits.define_term, name="term_define"),
    path("glossary/<uuid:pk>/", glossary.term, name="term"),
    path("glossary/<uuid:pk>/edit/", glossary_edits.edit_term, name="term_edit"),
    path("glossary/<uuid:pk>/relate/", glossary_edits.relate, name="term_relate"),
    path("glossary/<uuid:pk>/relations/<uuid:relation>/part/", glossary_edits.part, name="term_part"),
    path("entities/", glossary.Entities.as_view(), name="entities"),
    path("entities/define/", glossary_edits.define_entity, name="entity_define"),
    path("entities/<uuid:pk>/", glossary.entity, name="entity"),
    path("entities/<uuid:pk>/edit/", glossary_edits.edit_entity, name="entity_edit"),
]
