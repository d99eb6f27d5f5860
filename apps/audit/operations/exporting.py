"""Exports of the ledger: permitted and recorded before the first byte leaves."""

from __future__ import annotations

from apps.kernel import authorisation
from apps.kernel.actors import Actor
from apps.kernel.decision import Decision
from apps.kernel.permissions import Permission

from ..events import Event
from ..operation import operation


def may_export(*, actor: Actor, **_arguments: object) -> Decision:
    """Hand the whole ledger only to somebody who may export it everywhere: a bundle has no parts."""
    return authorisation.decide(actor, Permission.AUDIT_ENTRY_EXPORT, authorisation.EVERYWHERE)


@operation(Event.ENTRIES_EXPORTED, needs=Permission.AUDIT_ENTRY_EXPORT, may=may_export)
def begin_export(*, actor: Actor, form: str, with_personal_texts: bool = False, query: str = "") -> dict[str, object]:
    """Permit an export and record what is taken out: the whole ledger as a bundle, or a list as a table."""
    return {"form": form, "with_personal_texts": with_personal_texts, "query": query}
