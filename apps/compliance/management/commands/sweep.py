"""`manage.py sweep`: run every rule over every record now."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.compliance import operations
from apps.kernel.actors import Actor


class Command(BaseCommand):
    """Exit code 0 when every rule ran, 1 when one could not be run."""

    help = "Run every compliance rule over every record."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        run = operations.sweep(actor=Actor.operator(), trigger="command line")
        result = {"rules": run.rules, "opened": run.opened, "closed": run.closed, "failed_rules": run.failed_rules}
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(f"{run.rules} rules: {run.opened} findings opened, {run.closed} closed.")
            for rule, error in run.failed_rules.items():
                self.stderr.write(f"{rule} could not be run: {error}")
        if run.failed_rules:
            raise SystemExit(1)
