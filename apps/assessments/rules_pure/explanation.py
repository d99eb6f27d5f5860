"""Explanations: a number or verdict, and below it what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """One line of an explanation; `question` names the question behind it, so that a page can link there."""

    label: str
    value: str = ""
    detail: str = ""
    question: str = ""
    citation: str = ""
    parts: tuple[Node, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the node as plain data that a record can keep."""
        return {
            "label": self.label,
            "value": self.value,
            "detail": self.detail,
            "question": self.question,
            "citation": self.citation,
            "parts": [part.as_data() for part in self.parts],
        }
