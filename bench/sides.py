"""What each side is asked to do, under one name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

from apps.kernel import clock
from apps.kernel.permissions import Permission


def portal_sides(client: Any, person: Any, systems: Any, edit_system: Any) -> dict[str, Callable[[], Any]]:
    """Return the portal's pages and operations, as the person who may see everything."""
    from django.test import Client

    from apps.accounts.operations import issue_token

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

    token = issue_token(
        actor=person.as_actor(), name=f"Bench {uuid4()}", scopes=[str(Permission.INVENTORY_CATALOG_BROWSE)], days=1
    ).text
    program = Client()

    def json_list() -> Any:
        answer = program.get("/api/v1/systems?limit=50", headers={"authorization": f"Bearer {token}"})
        if answer.status_code != 200:
            raise RuntimeError(f"The API answered {answer.status_code}")
        return answer

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
        "json": json_list,
        "autosave": autosave(client, person, own),
        "home": page("/"),
        "operation": operation,
        "plain save": plain_save,
        "governed save": governed_save,
    }


def autosave(client: Any, person: Any, system: Any) -> Callable[[], Any]:
    """Return the saving of one answer of an assessment as the browser does it, a new text each time."""
    from django.urls import reverse

    from apps.assessments import operations
    from apps.assessments.models import Answer, Assessment

    assessment = Assessment.objects.filter(system=system, status="draft").first() or operations.assign_assessment(
        actor=person.as_actor(), about=system, assigned_to=person, due_on=clock.today()
    )
    question, numbers = "profiling", count()
    url = reverse("assessments:answer", args=[assessment.key, question])

    def save() -> Any:
        version = (
            Answer.objects.filter(assessment=assessment, question=question).values_list("version", flat=True).first()
        )
        chosen = ("yes", "no")[next(numbers) % 2]
        typed = {f"answer-{question}": chosen, f"version-{question}": version or 0}
        answer = client.post(url, typed, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        return answer

    return save


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
