"""One side of a measurement: a process that answers requests in rounds and tells what they cost.

It reads lines of JSON ({"what": …, "rounds": n}) and answers with CPU and wall milliseconds, statements and bytes a request.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any


def portal() -> dict[str, Callable[[], Any]]:
    """Return what the portal is asked to do."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.test import Client

    from apps.accounts.models import Person
    from apps.inventory.models import AISystem
    from apps.inventory.operations import edit_system
    from bench.sides import portal_sides

    person = Person.objects.get(email="bench@aurelia.example")
    client = Client(headers={"accept": "text/html"})
    client.force_login(person)
    return portal_sides(client, person, AISystem, edit_system)


def reference() -> dict[str, Callable[[], Any]]:
    """Return what the frozen reference is asked to do."""
    from bench.reference import app
    from bench.sides import reference_sides

    return reference_sides(app)


def main() -> None:
    """Answer until the input ends."""
    sides = {"portal": portal, "reference": reference}[sys.argv[1]]()
    from django.db import connection, reset_queries

    for line in sys.stdin:
        asked = json.loads(line)
        act = sides[asked["what"]]
        act()
        connection.force_debug_cursor = True
        reset_queries()
        answer = act()
        statements = len([q for q in connection.queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])
        connection.force_debug_cursor = False
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(asked["rounds"]):
            act()
        print(
            json.dumps(
                {
                    "cpu": (time.process_time() - cpu) * 1000 / asked["rounds"],
                    "wall": (time.perf_counter() - wall) * 1000 / asked["rounds"],
                    "statements": statements,
                    "bytes": len(answer.content) if hasattr(answer, "content") else 0,
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
