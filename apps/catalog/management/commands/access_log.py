"""`manage.py access_log`: verify the access log, seal it, make its months."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from apps.catalog.operations import accesslog
from apps.catalog.queries.accesslog import verify_access_log
from apps.kernel.actors import Actor


class Command(BaseCommand):
    """Check what was sealed of the access log."""

    help = "Verify or seal the access log, or make the parts of the coming months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("verify", help="recompute every batch; exit code 1 if something does not fit")
        verbs.add_parser("seal", help="seal what is committed; the scheduler does this each minute")
        verbs.add_parser("months", help="make the parts of this month and the next two")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Run one verb as the operator."""
        getattr(self, f"_{verb}")()

    def _verify(self) -> None:
        report = verify_access_log()
        counts = {"batches": report.batches, "records": report.records, "unsealed": report.unsealed}
        if report.clean:
            words = _(
                "The access log verifies: %(records)s records in %(batches)s batches, %(unsealed)s not sealed yet."
            )
            self.stdout.write(words % counts)
            return
        self.stdout.write(_("The access log does NOT verify."))
        for problem in report.problems:
            self.stdout.write(f"  {problem}")
        raise SystemExit(1)

    def _seal(self) -> None:
        sealed = accesslog.seal_access_log(actor=Actor.operator())
        self.stdout.write(_("%(count)s batches sealed.") % {"count": len(sealed)})

    def _months(self) -> None:
        self.stdout.write(" ".join(accesslog.make_months()))
