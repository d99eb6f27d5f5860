"""`manage.py ledger`: verify, export, seal, print the public key, and name a gap after an older backup."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.audit import keys
from apps.audit.bundle import VERIFIER, write_bundle
from apps.audit.operations import exporting, sealing, verifying
from apps.audit.verification import Report
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError


class Command(BaseCommand):
    """Check the ledger and take it elsewhere."""

    help = "Verify, export or seal the ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, text in (
            ("verify", "check everything; exit code 1 and the first wrong place if something does not fit"),
            ("seal", "seal what is committed; the scheduler does this by itself"),
            ("key", "print the public keys that auditors need"),
        ):
            verbs.add_parser(verb, help=text).add_argument("--json", action="store_true")
        export = verbs.add_parser("export", help="write the whole ledger with the offline verifier beside it")
        export.add_argument("--out", required=True, type=Path, help="the zip file to write")
        export.add_argument("--with-personal-texts", action="store_true")
        export.add_argument("--json", action="store_true")
        gap = verbs.add_parser("acknowledge-gap", help="name what a restored backup lacks, so that sealing goes on")
        gap.add_argument("--reason", required=True)
        gap.add_argument("--json", action="store_true")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Run one verb as the operator."""
        actor = Actor.operator()
        try:
            getattr(self, f"_{verb.replace('-', '_')}")(actor, options)
        except GatehouseError as problem:
            raise CommandError(problem.message, returncode=2) from problem

    def _verify(self, actor: Actor, options: dict[str, Any]) -> None:
        verification = verifying.request_verification(actor=actor, in_background=False)
        report = verifying.run_verification(verification=verification, actor=actor)
        assert report is not None  # noqa: S101 - a verification that was just asked for has no verdict yet
        self._tell(options, report.as_json(), _sentences(report))
        if not report.clean:
            raise SystemExit(1)

    def _export(self, actor: Actor, options: dict[str, Any]) -> None:
        out: Path = options["out"]
        with_texts = options["with_personal_texts"]
        exporting.begin_export(actor=actor, form="bundle", with_personal_texts=with_texts)
        sealing.seal_once()
        unfinished = out.with_name(out.name + ".part")
        with unfinished.open("wb") as file:
            write_bundle(file, with_personal_texts=with_texts)
        unfinished.replace(out)
        beside = out.parent / VERIFIER.name
        shutil.copyfile(VERIFIER, beside)
        told = {"bundle": str(out), "verifier": str(beside), "bytes": out.stat().st_size}
        self._tell(options, told, [_("Written: %(bundle)s, and beside it %(verifier)s.") % told])

    def _seal(self, actor: Actor, options: dict[str, Any]) -> None:
        done = sealing.seal_once()
        told = {"sealed": done.sealed, "size": done.size, "busy": done.busy, "undelivered": list(done.undelivered)}
        self._tell(options, told, [_("%(sealed)s entries sealed, %(size)s in all.") % told])

    def _key(self, actor: Actor, options: dict[str, Any]) -> None:
        text = keys.trusted_keys_text()
        self._tell(options, {"keys": text.splitlines()}, text.splitlines())

    def _acknowledge_gap(self, actor: Actor, options: dict[str, Any]) -> None:
        told = verifying.acknowledge_gap(actor=actor, reason=options["reason"])
        sentence = _("The gap from %(inside_size)s to %(outside_size)s is named in the ledger; sealing goes on.")
        self._tell(options, told, [sentence % told])

    def _tell(self, options: dict[str, Any], data: dict[str, Any], sentences: list[str]) -> None:
        self.stdout.write(json.dumps(data, indent=2) if options["json"] else "\n".join(sentences))


def _sentences(report: Report) -> list[str]:
    found = []
    first = report.first_wrong
    if first is None:
        found.append(
            _("The ledger verifies: %(entries)s sealed entries, %(checkpoints)s checkpoints, root %(root)s.")
            % {"entries": report.entries, "checkpoints": report.checkpoints, "root": report.root}
        )
    else:
        found.append(_("The ledger does NOT verify.") + f" {first.place}: {first.message}")
        found += [f"  {problem.place}: {problem.message}" for problem in report.problems if problem is not first]
    found.append(
        _(
            "Outside checkpoints: %(count)s, up to entry %(newest)s. Not sealed yet: %(unsealed)s. %(seconds).1f seconds."
        )
        % {
            "count": report.outside_checkpoints,
            "newest": report.outside_newest,
            "unsealed": report.unsealed,
            "seconds": report.seconds,
        }
    )
    found += [_("Acknowledged gap after entry %(inside_size)s (entry %(entry)s).") % gap for gap in report.gaps]
    return found + report.warnings
