"""`manage.py build_demo`: build the fictional insurer, through operations, under the demo clock."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.models import Installation
from portal.demo.build import build


class Command(BaseCommand):
    """Refuses to run on a database that was not created as a demo."""

    help = "Build the demo enterprise; what is there already stays."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Installation.objects.filter(demo=True).exists():
            raise CommandError("This database was not created as a demo, so no invented records go into it.")
        build(say=self.stdout.write)
