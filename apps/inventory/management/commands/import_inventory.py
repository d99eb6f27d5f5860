"""`manage.py import_inventory FILE`: read an inventory, run dry or take it, and account for every row.

Exit codes: 0 taken (or a dry run without rejected rows), 1 rows cannot be taken and so nothing was (or the dry run says
so), 2 the file or an option cannot be read, 3 the import stopped on its way and can be continued by the same command.
"""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Department
from apps.inventory import operations
from apps.inventory.models import Import, ImportState
from apps.inventory.queries_imports import problems, reconcile
from apps.inventory.tasks import run_for
from apps.kernel import correlation
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError, Invalid

TAKEN, REJECTED, UNREADABLE, STOPPED = 0, 1, 2, 3
REASONS_SHOWN = 20


class Command(BaseCommand):
    """Import an AI inventory; the same file again changes nothing."""

    help = "Import an AI inventory (CSV or XLSX)."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Explain the exit codes in the help."""
        return super().create_parser(
            prog_name, subcommand, epilog=__doc__, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; everything that is not said is guessed."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--sheet", default="", help="the sheet's name (guessed)")
        parser.add_argument("--header-row", type=int, help="the header's row, from 1; 0 for none (guessed)")
        parser.add_argument("--encoding", default="", help="of a text file (guessed)")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="what a column means; empty FIELD for nothing",
        )
        parser.add_argument(
            "--source", default="", help="the source's name (the file's name); the same again knows its systems again"
        )
        parser.add_argument("--organisation", default="", help="where the file names none")
        parser.add_argument(
            "--department",
            default="",
            help="path, code or name under which systems go (the root, if there is one only)",
        )
        parser.add_argument("--no-new-departments", action="store_true", help="put everything into --department itself")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen; nothing is kept")
        parser.add_argument("--only-good", action="store_true", help="take the good rows though others cannot be taken")
        parser.add_argument("--json", action="store_true")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Import as the operator."""
        actor = Actor.operator()
        try:
            content = options["file"].read_bytes()
        except OSError as problem:
            self._fail(
                options, _("%(file)s cannot be read: %(why)s") % {"file": options["file"], "why": problem.strerror}
            )
        unfinished = self._unfinished(content, options)
        try:
            if options["dry_run"]:
                with transaction.atomic():
                    batch = self._checked(actor, content, options)
                    told = self._told(batch, options, taken=False)
                    transaction.set_rollback(True)
                self._tell(options, told, REJECTED if told["rejected"] and not options["only_good"] else TAKEN)
                return
            if unfinished is None:
                with transaction.atomic():
                    batch = self._checked(actor, content, options)
                rejected = reconcile(batch).counts["rejected"]
                if rejected and not options["only_good"]:
                    self._tell(options, self._told(batch, options, taken=False), REJECTED)
                batch = operations.start_import(
                    actor=actor, batch=batch, only_good=options["only_good"], in_background=False
                )
            else:
                batch = operations.continue_import(actor=actor, batch=unfinished, in_background=False)
        except Invalid as problem:
            self._fail(options, problem.message, problem.problems)
        except GatehouseError as problem:
            self._fail(options, problem.message)
        with correlation.correlated(str(batch.pk)):
            run_for(batch, actor, seconds=float("inf"))
        batch.refresh_from_db()
        finished = batch.state == ImportState.DONE
        self._tell(options, self._told(batch, options, taken=True), TAKEN if finished else STOPPED)

    def _unfinished(self, content: bytes, options: dict[str, Any]) -> Import | None:
        """Find an import of the same file and source that a crash cut off."""
        source = options["source"].strip() or options["file"].stem
        digest = hashlib.sha256(content).hexdigest()
        open_states = [ImportState.WAITING, ImportState.RUNNING, ImportState.STOPPED]
        return Import.objects.filter(file__sha256=digest, source=source[:120], state__in=open_states).first()

    def _checked(self, actor: Actor, content: bytes, options: dict[str, Any]) -> Import:
        batch = operations.receive_import(
            actor=actor, file_name=options["file"].name, content=content, source=options["source"]
        )
        if options["sheet"] or options["header_row"] is not None or options["encoding"]:
            batch = operations.lay_out_import(
                actor=actor, batch=batch, sheet=options["sheet"], header_row=options["header_row"], encoding=options["encoding"]
            )  # fmt: skip
        department = self._department(options["department"])
        organisation = options["organisation"] or (
            "" if department or "organisation" in batch.mapping else batch.source
        )
        batch = operations.arrange_import(
            actor=actor,
            batch=batch,
            mapping=self._mapping(batch, options["map"]),
            source=batch.source,
            department=department,
            organisation=organisation,
            create_departments=not options["no_new_departments"],
        )
        return operations.check_import(actor=actor, batch=batch)

    def _mapping(self, batch: Import, said: list[str]) -> list[str]:
        mapping = list(batch.mapping)
        titles = [" ".join(str(title).split()).casefold() for title in batch.header]
        for pair in said:
            column, _sign, field = pair.rpartition("=")
            wanted = " ".join(column.split()).casefold()
            if wanted in titles:
                place = titles.index(wanted)
            elif wanted.isdigit() and 1 <= int(wanted) <= len(titles):
                place = int(wanted) - 1
            else:
                raise Invalid({"map": [_("There is no column “%(column)s”.") % {"column": column}]})
            mapping = ["" if key == field else key for key in mapping]
            mapping[place] = field
        return mapping

    def _department(self, said: str) -> Department | None:
        if not said:
            roots = list(Department.objects.filter(parent=None)[:2])
            return roots[0] if len(roots) == 1 else None
        wanted = Department.objects.filter(path=said.strip("/") + "/").first()
        named = list(Department.objects.filter(code=said)[:2]) or list(Department.objects.filter(name__iexact=said)[:2])
        if wanted is None and len(named) != 1:
            raise Invalid({"department": [_("There is no one department “%(said)s”; give its path.") % {"said": said}]})
        return wanted or named[0]

    def _told(self, batch: Import, options: dict[str, Any], *, taken: bool) -> dict[str, Any]:
        """Account for every row."""
        sums = reconcile(batch)
        reasons = [
            said for said in problems(batch.lines.exclude(reasons=[]).order_by("row_number")) if said["level"] != "note"
        ]
        columns = {str(title): field for title, field in zip(batch.header, batch.mapping, strict=True) if field}
        return {
            "import": batch.key, "dry_run": bool(options["dry_run"]), "taken": taken, "state": str(batch.state), "source": batch.source,
            "sheet": batch.sheet, "header_row": batch.header_row, "encoding": batch.encoding, "rows": sums.rows, **sums.counts,
            "possible_duplicates": sums.possible_duplicates, "adds_up": sums.adds_up, "message": batch.message, "columns": columns, "reasons": reasons,
        }  # fmt: skip

    def _tell(self, options: dict[str, Any], told: dict[str, Any], code: int) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            sentence = _(
                "%(rows)s rows: %(created)s created, %(updated)s updated, %(unchanged)s unchanged, %(duplicate)s duplicate, %(rejected)s rejected, %(blank)s blank."
            )
            self.stdout.write(sentence % told)
            for reason in told["reasons"][:REASONS_SHOWN]:
                self.stdout.write(_("  row %(row)s, %(column)s: %(text)s") % reason)
            if len(told["reasons"]) > REASONS_SHOWN:
                self.stdout.write(
                    _("  … and %(more)s more; --json lists them all.") % {"more": len(told["reasons"]) - REASONS_SHOWN}
                )
            if code == REJECTED and not told["dry_run"]:
                self.stdout.write(_("Nothing was taken. Mend the rows, or take only the good ones with --only-good."))
            if told["possible_duplicates"]:
                self.stdout.write(
                    _("%(possible_duplicates)s possible duplicates wait for a decision on the page of %(import)s.")
                    % told
                )
        if code:
            raise SystemExit(code)

    def _fail(self, options: dict[str, Any], message: str, details: dict[str, list[str]] | None = None) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"error": message, "problems": details or {}}, ensure_ascii=False))
        self.stderr.write(message)
        raise SystemExit(UNREADABLE)
