"""What must hold before the portal starts."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, register

from apps.kernel import authorisation, recording


@register()
def check_ports(app_configs: Any, **_options: Any) -> list[Error]:
    """Refuse to start without a recorder and an authoriser."""
    problems = []
    if not recording.is_installed():
        problems.append(Error("No recorder is installed: apps.audit must be in INSTALLED_APPS.", id="gatehouse.E001"))
    if not authorisation.is_installed():
        problems.append(
            Error("No authoriser is installed: apps.accounts must be in INSTALLED_APPS.", id="gatehouse.E002")
        )
    return problems
