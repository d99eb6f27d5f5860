"""Compliance rules about data: each a class whose docstring is what the owner reads; one module for each concern."""

from . import (  # noqa: F401
    access,
    accesslog,
    classification,
    datasets,
    lineage,
    masterdata,
    platforms,
    processing,
    quality,
    retention,
)
