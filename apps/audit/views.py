"""Pages of the ledger: entries, one entry with its proof, and integrity."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel import clock, subjects
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from . import integrity as standing
from . import keys, proofs, queries
from .bundle import stream_bundle
from .filters import EntryFilters
from .forms import BundleForm, VerifyForm
from .models import Entry, Verification
from .operations import exporting, verifying
from .tables import EntryTable


class Entries(ListPage):
    """Every entry that the reader may see."""

    permission = Permission.AUDIT_ENTRY_VIEW
    title = gettext_lazy("Ledger")
    intro = gettext_lazy(
        "Who did what, when and why: every change, decision, refusal, sign-in and export is one entry."
    )
    table = EntryTable
    filters = EntryFilters
    export_name = "ledger"
    export_permission = Permission.AUDIT_ENTRY_EXPORT

    def queryset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return what the reader may see."""
        return Entry.objects.visible_to(request.user)


class EntriesAbout(Entries):
    """The trail of one record."""

    intro = gettext_lazy("The trail of one record.")

    def queryset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the entries about the record, whose name becomes the title."""
        about = subjects.find_visible(kwargs["subject_type"], kwargs["subject_id"], request.user)
        label = str(about) if about is not None else kwargs["subject_type"]
        self.title = _("Ledger: %(record)s") % {"record": label}
        return super().queryset(request).about(kwargs["subject_type"], kwargs["subject_id"])


class EntriesBy(Entries):
    """What one person, service or part of the portal did."""

    intro = gettext_lazy("Everything that one author did.")

    def queryset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the entries of the author, whose name becomes the title."""
        entries = super().queryset(request).by(kwargs["actor_id"])
        newest = entries.order_by("-id").first()
        if newest is not None:
            self.title = _("Ledger: by %(who)s") % {
                "who": queries.actor_label(newest, queries.actor_labels([newest])),
            }
        return entries


@page(permission=Permission.AUDIT_ENTRY_VIEW, methods=("GET",))
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show one entry: what changed, why, and the proof that it is sealed."""
    found = get_object_or_404(Entry.objects.visible_to(request.user), pk=number)
    names = queries.actor_labels([found])
    together = Entry.objects.visible_to(request.user).filter(correlation_id=found.correlation_id).order_by("id")
    context = {
        "entry": found,
        "title": queries.event_title(found.event),
        "who": queries.actor_label(found, names),
        "about": queries.abouts([found], request.user).get((found.subject_type, found.subject_id)),
        "reason": queries.personal_texts(found).get("reason"),
        "changes": queries.changes_shown(found),
        "together": [(other, queries.event_title(other.event)) for other in together.exclude(pk=found.pk)[:50]]
        if found.correlation_id
        else [],
        "proof": proofs.inclusion(found.pk),
        "line": queries.canonical_line(found),
    }
    return render_page(request, "audit/entry_detail.html", context)


@page(permission=Permission.AUDIT_INTEGRITY_VIEW, methods=("GET",))
def integrity(request: HttpRequest) -> HttpResponse:
    """Show how the ledger stands, and what it does not promise."""
    running = Verification.objects.filter(finished_at=None).order_by("requested_at").first()
    context = {
        "standing": standing.standing(),
        "running": running,
        "verifications": Verification.objects.exclude(finished_at=None).order_by("-finished_at")[:10],
        "now": clock.now(),
        "may_verify": standing.may(request.actor, Permission.AUDIT_INTEGRITY_VERIFY),
        "may_export": standing.may(request.actor, Permission.AUDIT_ENTRY_EXPORT),
        "verify_form": VerifyForm(),
        "bundle_form": BundleForm(),
    }
    return render_page(request, "audit/integrity.html", context, fragment="standing")


@page(permission=Permission.AUDIT_INTEGRITY_VERIFY, methods=("POST",))
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a verification of the whole ledger."""
    form = VerifyForm(request.POST)
    form.is_valid()
    verifying.request_verification(actor=request.actor, request_key=form.request_key)
    return redirect_after(
        request, "audit:integrity", _("The verification is on its way; this page shows its progress.")
    )


@page(permission=Permission.AUDIT_ENTRY_EXPORT, methods=("POST",))
def bundle(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Hand out the whole ledger as a bundle that is checked elsewhere; the export is an entry of its own."""
    form = BundleForm(request.POST)
    form.is_valid()
    with_texts = bool(form.cleaned_data.get("with_personal_texts"))
    exporting.begin_export(actor=request.actor, form="bundle", with_personal_texts=with_texts)
    response = StreamingHttpResponse(stream_bundle(with_personal_texts=with_texts), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="ledger-{clock.today().isoformat()}.zip"'
    return response


@page(permission=Permission.AUDIT_INTEGRITY_VIEW, methods=("GET",))
def verifier_key(request: HttpRequest) -> HttpResponse:
    """Hand out the public keys, to be kept where nobody here can change them."""
    response = HttpResponse(keys.trusted_keys_text(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verifier.key"'
    return response


@page(permission=Permission.AUDIT_INTEGRITY_VIEW, methods=("GET",))
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Hand out the newest checkpoint, to be kept where nobody here can change it."""
    newest = proofs.newest_checkpoint()
    response = HttpResponse(newest.note if newest else "", content_type="text/plain; charset=utf-8")
    size = newest.size if newest else 0
    response["Content-Disposition"] = f'attachment; filename="checkpoint-{size}.txt"'
    return response
