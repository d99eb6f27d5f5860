"""The queue: JSON only, late acknowledgement, bounded times, and the table of what runs when."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, Task
from celery.schedules import crontab
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings
from django.db import InterfaceError, OperationalError

LONGEST_TASK = 15 * 60
CORRELATION_HEADER = "gatehouse_correlation"


class CorrelatedTask(Task):  # type: ignore[type-arg]
    """A task that carries on the correlation id of whoever asked for it, and tries again while the database is away."""

    autoretry_for = (OperationalError, InterfaceError)
    max_retries = 8
    retry_backoff = 2
    retry_backoff_max = 120

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run inside the correlation id of the message; called without one, inside the caller's."""
        from apps.kernel import correlation

        headers = getattr(self.request, "headers", None) or {}
        identifier = getattr(self.request, CORRELATION_HEADER, None) or headers.get(CORRELATION_HEADER)
        with correlation.correlated(str(identifier) if identifier else correlation.current() or None):
            return super().__call__(*args, **kwargs)


app = Celery("gatehouse", task_cls=CorrelatedTask)
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_retry_on_startup=True,
    # A dead or silent broker costs its caller two seconds at most.
    broker_transport_options={
        "visibility_timeout": LONGEST_TASK + 300,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
    },
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1},
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=LONGEST_TASK - 30,
    task_time_limit=LONGEST_TASK,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_max_tasks_per_child=500,
    timezone=settings.TIME_ZONE,
    enable_utc=True,
)
app.autodiscover_tasks()

# The scheduler writes what is due into the outbox, so that a broker that is away delays it and loses nothing.
app.conf.beat_schedule = {
    "access-log-months": {
        "task": "catalog.make_access_months",
        "schedule": crontab(minute=20, hour=0),
    },
    "access-log-nightly": {
        "task": "catalog.verify_access_log",
        "schedule": crontab(minute=55, hour=3),
    },
    "access-log-seal": {
        "task": "catalog.seal_access_log",
        "schedule": crontab(minute="*"),
    },
    "budgets-settle": {
        "task": "registry.settle_budgets",
        "schedule": crontab(minute="*"),
    },
    "events-again": {
        "task": "integrations.deliver_due",
        "schedule": crontab(minute="*"),
    },
    "ledger-nightly": {
        "task": "audit.verify_all",
        "schedule": crontab(minute=40, hour=3),
    },
    "assessments-nightly": {
        "task": "assessments.expire",
        "schedule": crontab(minute=5, hour=1),
    },
    "compliance-hourly": {
        "task": "compliance.sweep",
        "schedule": crontab(minute=7, hour="0-1,3-23"),
        "kwargs": {"trigger": "hourly"},
    },
    "compliance-nightly": {
        "task": "compliance.sweep",
        "schedule": crontab(minute=10, hour=2),
        "kwargs": {"trigger": "nightly"},
    },
    "mlflow": {
        "task": "integrations.mlflow_poll",
        "schedule": crontab(minute="4-59/10"),
    },
    "monitoring-watch": {
        "task": "monitoring.watch",
        "schedule": crontab(minute="*/5"),
    },
    "reviews-nightly": {
        "task": "gates.expire",
        "schedule": crontab(minute=15, hour=1),
    },
    "permissions-nightly": {
        "task": "integrations.read_permissions",
        "schedule": crontab(minute=25, hour=1),
    },
    "access-nightly": {
        "task": "catalog.access_nightly",
        "schedule": crontab(minute=35, hour=1),
    },
    "model-access-nightly": {
        "task": "registry.access_nightly",
        "schedule": crontab(minute=40, hour=1),
    },
    "campaigns-nightly": {
        "task": "catalog.campaigns_due",
        "schedule": crontab(minute=45, hour=0),
    },
    "imports-resume": {
        "task": "inventory.resume_imports",
        "schedule": crontab(minute="*"),
    },
}


@setup_logging.connect
def _log_like_the_portal(**_options: Any) -> None:
    """Keep Celery from replacing the portal's logging."""


@worker_ready.connect
def take_up_what_was_left(**_options: Any) -> None:
    """Put back what a killed worker had taken: at once where there is one worker only, else after the time-out."""
    if settings.MODE != "embedded":
        return
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        for tag in channel.client.zrange(channel.unacked_index_key, 0, -1):
            channel.qos.restore_by_tag(tag, channel.client)
