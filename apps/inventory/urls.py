"""Addresses of the inventory."""

from django.urls import path

from . import urls_imports
from .views import actions, catalog, intake, lists, parts, systems, usecases

app_name = "inventory"
urlpatterns = [
    *urls_imports.urlpatterns,
    path("systems/", lists.Systems.as_view(), name="systems"),
    path("systems/register/", systems.register, name="system_register"),
    path("systems/<str:key>/", systems.system, name="system"),
    path("systems/<str:key>/edit/", systems.edit, name="system_edit"),
    path("systems/<str:key>/components/add/", parts.component_add, name="component_add"),
    path("systems/<str:key>/components/<uuid:pk>/", parts.component_edit, name="component_edit"),
    path("systems/<str:key>/dependencies/add/", parts.dependency_add, name="dependency_add"),
    path("systems/<str:key>/dependencies/<uuid:pk>/remove/", parts.dependency_remove, name="dependency_remove"),
    path("systems/<str:key>/uses/propose/", parts.use_propose, name="use_propose"),
    *actions.addresses(),
    path("authorisations/<str:key>/revoke/", actions.revoke, name="authorisation_revoke"),
    path("legacy/<uuid:pk>/countersign/", actions.countersign, name="legacy_countersign"),
    path("use-cases/", lists.UseCases.as_view(), name="use_cases"),
    path("use-cases/register/", usecases.register, name="use_case_register"),
    path("use-cases/<str:key>/", usecases.use_case, name="use_case"),
    path("use-cases/<str:key>/edit/", usecases.edit, name="use_case_edit"),
    path("use-cases/<str:key>/link/", usecases.link, name="use_case_link"),
    path("use-cases/<str:key>/unlink/<str:system_key>/", usecases.unlink, name="use_case_unlink"),
    path("use-cases/<str:key>/retire/", usecases.retire, name="use_case_retire"),
    path("vendors/", lists.Vendors.as_view(), name="vendors"),
    path("vendors/add/", parts.vendor_register, name="vendor_register"),
    path("vendors/<uuid:pk>/", parts.vendor, name="vendor"),
    path("vendors/<uuid:pk>/edit/", parts.vendor_edit, name="vendor_edit"),
    path("intake/", intake.intake, name="intake"),
    path("intake/similar/", intake.similar, name="intake_similar"),
    path("intake/<str:key>/", intake.detail, name="intake_detail"),
    path("triage/", lists.Triage.as_view(), name="triage"),
    path("triage/<str:key>/", intake.triage, name="triage_intake"),
    path("catalog/", catalog.catalog, name="catalog"),
    path("catalog/<str:key>/", catalog.approved_use, name="approved_use"),
    path("catalog/<str:key>/withdraw/", parts.use_withdraw, name="use_withdraw"),
]
