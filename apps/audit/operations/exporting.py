"""Exports of the ledger: permitted and recorded before the first byte leaves."""

from __future__ import annotations

from apps.kernel.actors import Actor
from apps.kernel.permissions import Permission

from ..events import Event
from ..operation import operation


@operation(Event.ENTRIES_EXPORTED, needs=Permission.AUDIT_ENTRY_EXPORT)
def begin_export(*, actor: Actor, form: str, with_personal_texts: bool = False, query: str = "") -> dict[str, object]:
    """Permit an export and record what is taken out: the whole ledger as a bundle, or a list as a table."""
    return {"form": form, "with_personal_texts": with_personal_texts, "query": query}
