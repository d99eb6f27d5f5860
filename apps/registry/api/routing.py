"""The router that every module of the registry's API adds to."""

from apps.web.api import Router

router = Router(tags=["Models"])
