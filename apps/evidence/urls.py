"""The addresses of evidence."""

from django.urls import path

from . import views

app_name = "evidence"

urlpatterns = [
    path("evidence/", views.EvidenceFiles.as_view(), name="files"),
    path("evidence/<str:key>/", views.file, name="file"),
    path("evidence/<str:key>/versions/<int:number>/", views.download, name="download"),
]
