"""What each side is asked to do, under one name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any


def portal_sides(client: Any, person: Any, systems: Any, edit_system: Any) -> dict[str, Callable[[], Any]]:
    """Return the portal's pages and operations, as the person who may see everything."""
    own = systems.objects.filter(owner=person).first()
    numbers = count()

    def page(url: str) -> Callable[[], Any]:
        def ask() -> Any:
            answer = client.get(url)
            if answer.status_code != 200:
                raise RuntimeError(f"{url} answered {answer.status_code}")
            return answer

        return ask

    def fragment() -> Any:
        return client.get("/systems/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})

    def operation() -> Any:
        return edit_system(actor=person.as_actor(), system=own, changes={"benefit": f"Benefit {next(numbers)}"})

    def plain_save() -> Any:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE bench_plain SET benefit = %s WHERE id = %s", [f"Benefit {next(numbers)}", own.pk])

    def governed_save() -> Any:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE inventory_aisystem SET benefit = %s WHERE id = %s", [f"Benefit {next(numbers)}", own.pk]
            )

    return {
        "list": page("/systems/"),
        "fragment": fragment,
        "detail": page(f"/systems/{own.key}/"),
        "json": page("/api/v1/systems?limit=50"),
        "home": page("/"),
        "operation": operation,
        "plain save": plain_save,
        "governed save": governed_save,
    }


def reference_sides(app: Any) -> dict[str, Callable[[], Any]]:
    """Return the reference's pages."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    user = get_user_model().objects.get(pk=1)
    client = Client()
    client.force_login(user)
    first = app.Grant.objects.filter(user_id=1).values_list("system_id", flat=True).first()

    def page(url: str) -> Callable[[], Any]:
        return lambda: client.get(url)

    return {"list": page("/"), "detail": page(f"/s/{first}/"), "json": page("/json/")}
