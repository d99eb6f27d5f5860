"""Addresses of the ledger."""

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("ledger/", views.Entries.as_view(), name="entries"),
    path("ledger/<int:number>/", views.entry, name="entry"),
    path("ledger/about/<str:subject_type>/<str:subject_id>/", views.EntriesAbout.as_view(), name="about"),
    path("ledger/by/<str:actor_id>/", views.EntriesBy.as_view(), name="by"),
    path("integrity/", views.integrity, name="integrity"),
    path("integrity/verify/", views.verify, name="verify"),
    path("integrity/bundle/", views.bundle, name="bundle"),
    path("integrity/key/", views.verifier_key, name="verifier_key"),
    path("integrity/checkpoint/", views.checkpoint, name="checkpoint"),
]
