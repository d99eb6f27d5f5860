"""`manage.py prepare_database`: what the owner's role does before the portal runs; any number of times."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from apps.audit.grants import grant_application_role


class Command(BaseCommand):
    """Migrate, grant the application's role what it needs, and mark a new database as demo or as in earnest."""

    help = "Migrate as the owner's role (DATABASE_OWNER_URL) and grant the application's role its rights."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether a new database is a demo is said once, at its creation."""
        parser.add_argument("--demo", action="store_true", help="a new database honours the demo clock")

    def handle(self, *, demo: bool, **options: Any) -> None:
        """Do it, in this order."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
            user, superuser = cursor.fetchone()
        if user == settings.APPLICATION_ROLE:
            raise CommandError("This needs the owner's role: set DATABASE_OWNER_URL.")
        if superuser:
            self.stderr.write(f"{user} is a superuser; the owner's role needs no such right.")
        call_command("migrate", interactive=False, verbosity=1)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_installation (id, demo) VALUES (1, %s) ON CONFLICT DO NOTHING",
                [demo],
            )
            grant_application_role(cursor, settings.APPLICATION_ROLE)
