"""How long a session lives: idle and absolute limits, and when the provider is asked again."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

SIGNED_IN, SEEN, RENEWED = "signed_in_at", "seen_at", "renewed_at"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: without a sign of life, in all, until the provider is asked again, and how long that may be late."""

    idle: int = 30 * 60
    absolute: int = 10 * 3600
    renewal: int = 15 * 60
    late: int = 30 * 60


@dataclass(frozen=True, slots=True)
class Stamps:
    """The moments that a session remembers; zero means that it was just made."""

    signed_in: float
    seen: float
    renewed: float

    @classmethod
    def read(cls, session: MutableMapping[str, Any]) -> Stamps:
        """Read the stamps of a session."""
        return cls(*(float(session.get(name) or 0) for name in (SIGNED_IN, SEEN, RENEWED)))

    @staticmethod
    def begin(session: MutableMapping[str, Any], moment: float, *, renewal: bool) -> None:
        """Stamp a session that begins or was renewed; a renewal never moves the absolute limit."""
        if not renewal or not session.get(SIGNED_IN):
            session[SIGNED_IN] = moment
        session[SEEN] = session[RENEWED] = moment

    def touch(self, session: MutableMapping[str, Any], moment: float, *, active: bool) -> None:
        """Remember a sign of life, at most once a minute, so that reading pages writes little."""
        if not self.signed_in:
            self.begin(session, moment, renewal=False)
        elif active and moment - self.seen > 60:
            session[SEEN] = moment

    def limit_reached(self, moment: float, limits: Limits) -> str:
        """Name the limit that is over, or nothing."""
        if not self.signed_in:
            return ""
        if moment - self.signed_in > limits.absolute:
            return "absolute"
        return "idle" if moment - self.seen > limits.idle else ""

    def renewal_due(self, moment: float, limits: Limits) -> bool:
        """Tell whether the provider should be asked again with the next page."""
        return bool(self.renewed) and moment - self.renewed > limits.renewal

    def renewal_overdue(self, moment: float, limits: Limits) -> bool:
        """Tell whether the provider must be asked before anything else happens."""
        return bool(self.renewed) and moment - self.renewed > limits.renewal + limits.late
