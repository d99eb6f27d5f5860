"""The one scheduler: what is due goes into the outbox, the outbox to the queue, committed entries under a seal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from celery.beat import PersistentScheduler, Service
from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connection, transaction

from apps.audit import outbox
from apps.audit.operations.sealing import seal_once
from apps.integrations.operations.sending import tell_subscribers
from apps.kernel import correlation, deferral

from .celery import CORRELATION_HEADER, app

logger = logging.getLogger("gatehouse.scheduler")

LEADER_LOCK = "hashtextextended('gatehouse.scheduler', 0)"
RELAY_SECONDS = 0.5
SEAL_SECONDS = 3
TIDY_SECONDS = 3600
LONGEST_PAUSE = 15


class OutboxScheduler(PersistentScheduler):
    """Beat whose messages go through the outbox: a broker that is away delays them and loses none."""

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **_options: Any) -> None:
        """Write a due task into the outbox."""
        entry = self.reserve(entry) if advance else entry
        with correlation.correlated(), transaction.atomic():
            deferral.defer(entry.task, **(entry.kwargs or {}))
        logger.info("%s is due.", entry.task)


class Leader:
    """Leadership: a lock held by an open transaction of a connection of its own, so that it also works behind poolers."""

    def __init__(self) -> None:
        parameters = connection.get_connection_params()
        wanted = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "options")
        self.parameters = {name: parameters[name] for name in wanted if parameters.get(name)}
        self.connection: psycopg.Connection[Any] | None = None

    def take(self) -> bool:
        """Try to become the leader."""
        self.connection = psycopg.connect(**self.parameters, connect_timeout=5)
        self.connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        row = self.connection.execute(f"SELECT pg_try_advisory_xact_lock({LEADER_LOCK})").fetchone()
        if row and row[0]:
            return True
        self.connection.close()
        return False

    def hold(self) -> None:
        """Raise when the connection, and with it the lock, is lost."""
        if self.connection is None:
            raise RuntimeError("not the leader")
        self.connection.execute("SELECT 1")


def send(task: str, payload: dict[str, Any], identifier: str, message_id: int) -> None:
    """Hand one message to the queue."""
    app.send_task(task, kwargs=payload, headers={CORRELATION_HEADER: identifier}, task_id=f"outbox-{message_id}")


def relay() -> float:
    """Hand waiting messages over; return the seconds to wait before the next time."""
    return 0 if outbox.relay_waiting(send) else RELAY_SECONDS


def seal() -> float:
    """Seal what is committed; return the seconds to wait before the next time."""
    return 0 if seal_once().more else SEAL_SECONDS


def tell() -> float:
    """Queue what was sealed for those who subscribed to it; return the seconds to wait before the next time."""
    return 0 if tell_subscribers() else SEAL_SECONDS


def tidy() -> float:
    """Drop what is of no use any more; return the seconds to wait before the next time."""
    outbox.forget_relayed()
    call_command("clearsessions")
    return TIDY_SECONDS


def repeat(name: str, work: Callable[[], float], stop: threading.Event) -> None:
    """Do some work again and again; after a failure with growing pauses."""
    failures = 0
    while not stop.is_set():
        try:
            close_old_connections()
            pause = work()
            if failures:
                logger.info("%s works again.", name)
            failures = 0
        except Exception as problem:
            failures += 1
            pause = min(LONGEST_PAUSE, 0.5 * 2**failures)
            if failures in (1, 10) or failures % 100 == 0:
                logger.exception("%s failed (%s); tried again in %.0f s.", name, type(problem).__name__, pause)
            connection.close()
        stop.wait(pause)
    connection.close()


def run(stop: threading.Event) -> None:
    """Wait to be the leader, then run beat, relay and sealer until asked to stop or leadership is lost."""
    leader = Leader()
    waited = False
    while not leader.take():
        if not waited:
            logger.info("Another scheduler leads; waiting.")
        waited = True
        if stop.wait(5):
            return
    logger.info("Leading.")
    folder = settings.DATA_DIR
    folder.mkdir(parents=True, exist_ok=True)
    service = Service(app, scheduler_cls=OutboxScheduler, schedule_filename=str(folder / "schedule"), max_interval=5)
    threads = [
        threading.Thread(target=repeat, args=("Relaying", relay, stop), daemon=True),
        threading.Thread(target=repeat, args=("Sealing", seal, stop), daemon=True),
        threading.Thread(target=repeat, args=("Telling", tell, stop), daemon=True),
        threading.Thread(target=repeat, args=("Tidying", tidy, stop), daemon=True),
        threading.Thread(target=repeat, args=("Beat", lambda: _beat(service), stop), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        while not stop.wait(2):
            leader.hold()
    finally:
        stop.set()
        for thread in threads:
            thread.join(6)
        service.scheduler.close()


def _beat(service: Service) -> float:
    """Write what is due; the file of last times is synchronised now and then."""
    pause = service.scheduler.tick()
    if service.scheduler.should_sync():
        service.scheduler._do_sync()
    return min(5, pause or 0.2)
