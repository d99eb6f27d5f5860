"""Numbers on a page, each with the list that it opens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A number: what it counts, where its list is, and whether it should be zero."""

    label: str
    value: int
    url: str
    alarming: bool = False
