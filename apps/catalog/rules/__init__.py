"""Compliance rules about data: each a class whose docstring is what the owner reads; one module for each concern."""

from . import access, accesslog, classification, lineage, masterdata, platforms, processing, quality, retention  # noqa: F401
