"""Addresses of the inventory."""

from . import urls_imports

app_name = "inventory"
urlpatterns = [*urls_imports.urlpatterns]
