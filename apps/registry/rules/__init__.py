"""Compliance rules about models: each a class whose docstring is what the owner reads; one module for each concern."""

from . import access, aimodels, deployments, gateways  # noqa: F401
