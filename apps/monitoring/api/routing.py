"""The router that every module of monitoring's API adds to."""

from apps.web.api import Router

router = Router(tags=["Monitoring"])
