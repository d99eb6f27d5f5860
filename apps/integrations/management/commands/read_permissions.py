"""`manage.py read_permissions PLT-0001 [--file FILE]`: read what a platform really allows, and say what differs.

Exit codes: 0 no difference, 1 differences were found (and printed), 2 the platform or file could not be read.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.catalog.models import Platform
from apps.catalog.queries.actual import differences
from apps.integrations.operations.permissions import read_permission_file, read_postgresql
from apps.kernel import correlation
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError


class Command(BaseCommand):
    """Read a platform's real permissions and compare them with the grants."""

    help = "Read what a platform really allows: a live PostgreSQL, or a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("platform", help="its key, for example PLT-0001")
        parser.add_argument("--file", type=Path, help="permissions as JSON or CSV (docs/data.md); else the live server")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, print."""
        platform = Platform.objects.filter(key=options["platform"].upper()).first()
        if platform is None:
            self.stderr.write(f"There is no platform {options['platform']}.")
            raise SystemExit(2)
        try:
            with correlation.correlated():
                if options["file"]:
                    content = options["file"].read_bytes()
                    snapshot = read_permission_file(actor=Actor.operator(), platform=platform, content=content)
                else:
                    snapshot = read_postgresql(actor=Actor.operator(), platform=platform)
        except (GatehouseError, OSError) as problem:
            self.stderr.write(str(problem))
            raise SystemExit(2) from None
        found = differences(platform)
        count = snapshot.permissions.count()
        self.stdout.write(
            f"{platform.key}: {count} permissions, read {snapshot.taken_at.isoformat()}, {len(found)} differences"
        )
        for one in found:
            self.stdout.write(f"{one.kind}\t{one.principal}\t{one.object_name}\t{one.detail}\t{one.grant_key}")
        raise SystemExit(1 if found else 0)
