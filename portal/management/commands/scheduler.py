"""`manage.py scheduler`: the one process with beat, relay and sealer; further ones wait until it is gone."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Run the scheduler until SIGTERM."""

    help = "Run beat, the outbox relay and the ledger's sealer in one process; a second one stands by."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """Run until asked to stop."""
        from portal import scheduler

        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        scheduler.run(stop)
