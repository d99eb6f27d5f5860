"""Addresses of owed work and jobs."""

from django.urls import path

from . import views

app_name = "work"
urlpatterns = [
    path("work/", views.my_work, name="my_work"),
    path("work/count/", views.count, name="count"),
    path("work/notices/", views.notices, name="notices"),
    path("work/comments/", views.comment, name="comment"),
    path("work/comments/<uuid:pk>/resolve/", views.resolve, name="resolve"),
    path("work/actions/<str:key>/", views.action, name="action"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
]
