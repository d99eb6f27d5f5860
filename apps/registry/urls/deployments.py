"""Addresses of deployments and rollbacks."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.registry.views import deployments, rollbacks

urlpatterns: list[URLPattern] = [
    path("deployments/", deployments.Deployments.as_view(), name="deployments"),
    path("deployments/as-of/", deployments.as_of, name="as_of"),
    path("deployments/<str:key>/", deployments.deployment, name="deployment"),
    path("deployments/<str:key>/end/", deployments.end, name="deployment_end"),
    path("systems/<str:key>/deploy/", deployments.deploy, name="deploy"),
    path("systems/<str:key>/roll-back/<str:environment>/<str:region>/", rollbacks.roll_back, name="roll_back"),
    path("rollbacks/", rollbacks.Rollbacks.as_view(), name="rollbacks"),
    path("rollbacks/<str:key>/", rollbacks.rollback, name="rollback"),
    path("rollbacks/<str:key>/confirm/", rollbacks.confirm, name="rollback_confirm"),
    path("rollbacks/<str:key>/refuse/", rollbacks.refuse, name="rollback_refuse"),
    path("rollbacks/<str:key>/review/", rollbacks.review, name="rollback_review"),
]
