"""Jobs: for which AI system they run, as a person says it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Job
from apps.inventory.models import AISystem
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid


@operation(Event.JOB_SYSTEM_NAMED, needs=None, subject="job", may=permissions.may_name_system_of_job)
def name_system_of_job(*, actor: Actor, job: Job, system: AISystem | None = None) -> Job:
    """Say for which AI system a job runs; from then on no event names another. None leaves it to the events again."""
    if system is not None and system.merged_into_id:
        raise Invalid({"system": [_("This record was merged into another: name that one.")]})
    job.system = system
    job.seen_as_of = {name: moment for name, moment in job.seen_as_of.items() if name != "system"}
    job.save(update_fields=["system", "seen_as_of"])
    return job
