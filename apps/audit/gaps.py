"""Gaps that were named: an older backup was restored, and what it lacks is known from outside checkpoints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from .events import Event
from .models import Entry
from .rules_pure.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Gap:
    """What was lost: everything after `inside_size` that was sealed until `outside_time`."""

    entry_id: int
    inside_size: int
    outside_size: int
    outside_time: datetime

    def explains(self, outside: Checkpoint) -> bool:
        """Tell whether a checkpoint from outside speaks of what was lost in this gap."""
        return outside.size > self.inside_size and outside.sealed_at <= self.outside_time


def acknowledged_gaps() -> list[Gap]:
    """Return the gaps that somebody acknowledged, as their entries tell."""
    found = []
    entries = Entry.objects.filter(event=Event.GAP_ACKNOWLEDGED, kind="operation").order_by("id")
    for number, details in entries.values_list("id", "details"):
        told = json.loads(details["result"])
        found.append(
            Gap(number, told["inside_size"], told["outside_size"], datetime.fromisoformat(told["outside_time"]))
        )
    return found
