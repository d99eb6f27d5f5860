"""Addresses of the import pages."""

from django.urls import path

from . import views_imports as views

urlpatterns = [
    path("imports/", views.Imports.as_view(), name="imports"),
    path("imports/new/", views.import_new, name="import_new"),
    path("imports/<str:key>/", views.import_detail, name="import"),
    path("imports/<str:key>/columns/", views.import_columns, name="import_columns"),
    path("imports/<str:key>/layout/", views.import_layout, name="import_layout"),
    path("imports/<str:key>/places/", views.import_places, name="import_places"),
    path("imports/<str:key>/matches/", views.import_matches, name="import_matches"),
    path("imports/<str:key>/settle/", views.import_settle, name="import_settle"),
    path("imports/<str:key>/run/", views.import_run, name="import_run"),
    path("imports/<str:key>/continue/", views.import_continue, name="import_continue"),
    path("imports/<str:key>/discard/", views.import_discard, name="import_discard"),
    path("imports/<str:key>/rows/", views.ImportRows.as_view(), name="import_rows"),
    path("imports/<str:key>/rows/<int:row>/", views.import_row, name="import_row"),
    path("imports/<str:key>/problems.csv", views.import_problems, name="import_problems"),
]
