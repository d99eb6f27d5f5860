"""Numbers as people read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from apps.monitoring.queries.bounds import shown

register = template.Library()


@register.filter
def number(value: Any, unit: str = "") -> str:
    """Show a number without needless digits, with its unit."""
    return shown(value, unit) if isinstance(value, Decimal) else "–"
