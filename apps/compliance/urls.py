"""Addresses of findings and exceptions."""

from django.urls import path

from . import views

app_name = "compliance"
urlpatterns = [
    path("findings/", views.Findings.as_view(), name="findings"),
    path("findings/sweep/", views.sweep_now, name="sweep"),
    path("findings/rules/", views.rules, name="rules"),
    path("findings/<str:key>/", views.finding, name="finding"),
    path("exceptions/", views.Exceptions.as_view(), name="exceptions"),
    path("exceptions/request/", views.request_exception, name="request_exception"),
    path("exceptions/<str:key>/", views.exception, name="exception"),
]
