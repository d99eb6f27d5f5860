"""`@operation`: what may not be forgotten around a write, done once.

A state change is a keyword-only function. The decorator opens the transaction, answers a repeated request with the
first result, locks the subject, asks whether the actor may, tells the database who acts and why (the row triggers
record the fields), runs the function and writes the operation's own entry.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from apps.kernel import authorisation, correlation, subjects
from apps.kernel.actors import Actor
from apps.kernel.decision import Decision
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission

from . import recorder
from .events import Event
from .models import Entry

REGISTRY: dict[str, Operation] = {}


@dataclass(frozen=True, slots=True)
class Running:
    """The operation that is going on."""

    event: str
    actor: Actor
    reason: str


_current: ContextVar[Running | None] = ContextVar("gatehouse_operation", default=None)


def current() -> Running | None:
    """Return the operation that is going on, if any."""
    return _current.get()


@dataclass(frozen=True, slots=True)
class Operation:
    """What is declared about one operation; the architecture tests read it."""

    event: str
    function: Callable[..., Any]
    needs: Permission | None
    subject: str | None
    may: Callable[..., Decision] | None
    within_reach_of: str | None

    @property
    def name(self) -> str:
        """The dotted name of the function."""
        return f"{self.function.__module__}.{self.function.__qualname__}"


def operation(
    event: str,
    *,
    needs: Permission | None,
    subject: str | None = None,
    may: Callable[..., Decision] | None = None,
    within_reach_of: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a keyword-only function the one way to a state change; callers may add `reason` and `request_key`.

    `needs` is the role permission (None: only `may` decides), asked on `subject`, on the parameter `within_reach_of`, or
    anywhere; skipped inside another operation. `may(actor=…, **arguments)` is the domain's check and never skipped.
    """
    if needs is None and may is None:
        raise TypeError(f"The operation {event} needs a permission or a check of its own.")

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)
        if any(p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD) for p in signature.parameters.values()):
            raise TypeError(f"{function.__qualname__} must take keywords only.")
        declared = Operation(str(event), function, needs, subject, may, within_reach_of)
        REGISTRY[declared.name] = declared
        takes_reason = "reason" in signature.parameters

        @functools.wraps(function)
        def perform(*, actor: Actor, request_key: str | None = None, **arguments: Any) -> Any:
            reason = str(arguments.get("reason") or "")
            if not takes_reason:
                arguments.pop("reason", None)
            try:
                return _perform(declared, actor, reason, request_key, arguments)
            except Refused as refusal:
                if current() is None:
                    _record_refusal(declared, actor, arguments, refusal)
                raise

        perform.operation = declared  # type: ignore[attr-defined]
        return perform

    return decorate


def _perform(declared: Operation, actor: Actor, reason: str, request_key: str | None, arguments: dict[str, Any]) -> Any:
    outer = current()
    if correlation.current() == "":
        with correlation.correlated():
            return _perform(declared, actor, reason, request_key, arguments)
    with transaction.atomic():
        if request_key is not None:
            request_key = f"{declared.event}:{actor.id}:{request_key}"[:200]
            repeated = _first_result(request_key)
            if repeated is not None:
                return repeated[0]
        if declared.subject:
            arguments[declared.subject] = _locked(arguments[declared.subject])
        _check(declared, actor, arguments, inner=outer is not None)
        token = _current.set(Running(declared.event, actor, reason))
        try:
            recorder.set_context(actor, declared.event, "")
            result = declared.function(actor=actor, **arguments)
            about = arguments[declared.subject] if declared.subject else result
            recorder.append(
                kind="operation",
                event=declared.event,
                subject=about if isinstance(about, models.Model) else None,
                details=_result_details(result),
                reason=reason,
                request_key=request_key,
            )
            recorder.set_context(outer.actor if outer else None, outer.event if outer else "")
        finally:
            _current.reset(token)
    return result


def _locked(instance: models.Model) -> models.Model:
    """Read the subject anew and hold its row until the transaction ends."""
    manager = type(instance)._base_manager
    return manager.select_for_update(of=("self",), no_key=True).get(pk=instance.pk)


def _check(declared: Operation, actor: Actor, arguments: dict[str, Any], *, inner: bool) -> None:
    """Raise `Refused` unless the role (outermost only) and the domain allow it."""
    if declared.needs is not None and not inner:
        about = declared.subject or declared.within_reach_of
        decision = authorisation.decide(actor, declared.needs, arguments.get(about) if about else None)
        if not decision:
            raise Refused(decision)
    if declared.may is not None:
        decision = declared.may(actor=actor, **arguments)
        if not decision:
            raise Refused(decision)


def _first_result(request_key: str) -> tuple[Any] | None:
    """Return the result of an earlier call with this key in a tuple, or None when this is the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [request_key])
    entry = Entry.objects.filter(request_key=request_key).values("details").first()
    if entry is None:
        return None
    details = entry["details"]
    if "result_type" in details:
        return (subjects.find(details["result_type"], details["result_id"]),)
    return (json.loads(details.get("result", "null")),)


def _result_details(result: Any) -> dict[str, str]:
    if isinstance(result, models.Model):
        return {"result_type": subjects.type_name(result), "result_id": str(result.pk)}
    if isinstance(result, str | int | bool | list | dict):
        return {"result": json.dumps(result, default=str)}
    return {}


def _record_refusal(declared: Operation, actor: Actor, arguments: dict[str, Any], refusal: Refused) -> None:
    """Write the refusal in a transaction of its own: the refused one is already rolled back."""
    about = arguments.get(declared.subject or declared.within_reach_of or "")
    recorder.record(
        event=Event.OPERATION_REFUSED,
        actor=actor,
        subject=about if isinstance(about, models.Model) else None,
        details={"attempted": declared.event, "because": refusal.decision.reason},
    )
