"""Addresses of the inventory."""

from django.urls import URLPattern

app_name = "inventory"
urlpatterns: list[URLPattern] = []
