"""Addresses of gates."""

from django.urls import path

from . import views

app_name = "gates"
urlpatterns = [
    path("reviews/", views.Reviews.as_view(), name="reviews"),
    path("reviews/<str:key>/", views.review, name="review"),
    path("reviews/<str:key>/dossier/", views.dossier, name="dossier"),
    path("reviews/<str:key>/changes/", views.changes, name="changes"),
    path("reviews/<str:key>/withdraw/", views.withdraw, name="withdraw"),
    path("reviews/<str:key>/collect/", views.collect, name="collect"),
    path("systems/<str:key>/submit/<str:gate>/", views.submit, name="submit"),
    path("gate-policy/", views.policies, name="policies"),
    path("gate-policy/publish/", views.publish, name="publish"),
]
