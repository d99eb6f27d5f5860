"""`manage.py appoint EMAIL`: make the first administrator."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import operations
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError


class Command(BaseCommand):
    """Appoint an administrator, so that a new installation has one."""

    help = "Makes somebody an administrator. Refuses when there is one already, unless --again is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The e-mail address that the identity provider states for the person.")
        parser.add_argument("--name", default="", help="The person's name, when they are not on record yet.")
        parser.add_argument("--again", action="store_true", help="Appoint although there is an administrator.")
        parser.add_argument("--json", action="store_true", help="Answer as JSON.")

    def handle(self, *arguments: Any, **options: Any) -> None:
        if "@" not in options["email"]:
            raise CommandError("Give an e-mail address.")
        try:
            person = operations.appoint(
                actor=Actor.operator(), email=options["email"], name=options["name"], again=options["again"]
            )
        except GatehouseError as problem:
            raise CommandError(problem.message) from problem
        if options["json"]:
            self.stdout.write(json.dumps({"person": str(person.pk), "email": person.email}))
        else:
            self.stdout.write(f"{person.email} is an administrator, from the next sign-in on.")
