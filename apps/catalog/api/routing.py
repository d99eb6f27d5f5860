"""The router that every module of the catalog's API adds to."""

from apps.web.api import Router

router = Router(tags=["Data catalog"])
