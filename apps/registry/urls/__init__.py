"""Addresses of the registry, one module for each concern."""

app_name = "registry"
urlpatterns: list[object] = []
