"""Build the demo enterprise: a year of history, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from apps.kernel import clock

from .organisation import build_organisation


def build(say: Callable[[str], object]) -> None:
    """Build everything that is not there yet, telling how far it is."""
    with clock.travel(clock.now() - timedelta(days=380)):
        build_organisation()
    say("The organisation is there.")
