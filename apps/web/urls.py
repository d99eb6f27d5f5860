"""The address of the gallery; mounted in the demo and in tests only."""

from django.urls import path

from . import gallery

urlpatterns = [path("kit/", gallery.kit, name="kit")]
