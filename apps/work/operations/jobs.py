"""Background jobs that somebody waits for."""

from __future__ import annotations

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.work import permissions
from apps.work.events import Event
from apps.work.models import Job, JobState


@operation(Event.JOB_ASKED, needs=None, may=permissions.may_send)
def ask_for_job(*, actor: Actor, title: str, task: str, url: str = "", **payload: object) -> Job:
    """Start a background job: its task is deferred with `job` (the job's id) and the payload."""
    asked_by = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    job = Job.objects.create(title=title, task=task, asked_by=asked_by, url=url, asked_at=clock.now())
    defer(task, job=str(job.pk), **payload)
    return job


@operation(Event.JOB_MOVED, needs=None, subject="job", may=permissions.may_run)
def start_job(*, actor: Actor, job: Job, total: int = 0) -> Job:
    """Mark a job as running."""
    job.state, job.total, job.started_at = JobState.RUNNING, total, job.started_at or clock.now()
    job.save(update_fields=["state", "total", "started_at"])
    return job


@operation(Event.JOB_MOVED, needs=None, subject="job", may=permissions.may_run)
def move_job(*, actor: Actor, job: Job, done: int, message: str = "") -> Job:
    """Say how far a job is."""
    job.done, job.message = done, message
    job.save(update_fields=["done", "message"])
    return job


@operation(Event.JOB_MOVED, needs=None, subject="job", may=permissions.may_run)
def finish_job(*, actor: Actor, job: Job, message: str = "", failed: bool = False, url: str = "") -> Job:
    """Close a job as done or failed, with a sentence for the person who waits."""
    job.state = JobState.FAILED if failed else JobState.DONE
    job.message, job.finished_at, job.url = message, clock.now(), url or job.url
    job.save(update_fields=["state", "message", "finished_at", "url"])
    return job
