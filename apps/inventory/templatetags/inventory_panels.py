"""Panels of upper rooms inside the pages of this one."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def panel_body(context: Any, panel: Any, content: dict[str, Any]) -> SafeString:
    """Render a panel with its own context and the request."""
    return render_to_string(panel.template, content, request=context.get("request"))
