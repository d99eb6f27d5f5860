"""Addresses of the inventory."""

from django.urls import path

from . import urls_imports, views

app_name = "inventory"
urlpatterns = [
    *urls_imports.urlpatterns,
    path("systems/", views.Systems.as_view(), name="systems"),
    path("systems/<str:key>/", views.system, name="system"),
]
