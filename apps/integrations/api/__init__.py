"""The intakes for programs, one module for each concern."""

from . import bills, files, mlflow, openlineage  # noqa: F401
from .routing import router

__all__ = ["router"]
