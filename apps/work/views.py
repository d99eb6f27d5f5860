"""My work, actions, comments and jobs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from apps.audit import queries as ledger
from apps.kernel import clock, subjects
from apps.kernel.owed import count_owed
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from . import forms, operations, permissions, queries
from .models import Action, Comment, Job, Notice


@page(permission=None, methods=("GET",))
def my_work(request: HttpRequest) -> HttpResponse:
    """Show one list of what is owed, by when, and why."""
    groups = queries.grouped_work(request.user)
    notices = list(Notice.objects.filter(person=request.user, read_at=None).exclude(kind="mention")[:20])
    about = ledger.abouts(notices, request.user)
    for notice in notices:
        notice.about = about.get((notice.subject_type, notice.subject_id))
    context = {
        "groups": groups,
        "notices": notices,
        "now": clock.now(),
        "jobs": Job.objects.filter(asked_by=request.user)[:5],
    }
    return render_page(request, "work/my_work.html", context, fragment="list")


@page(permission=None, methods=("GET",))
def count(request: HttpRequest) -> HttpResponse:
    """Show the number for the badge in the navigation, polled while the page is visible."""
    return render_page(request, "work/count.html", {"count": count_owed(request.user)})


@page(permission=None, methods=("POST",))
def notices(request: HttpRequest) -> HttpResponse:
    """Mark one's notices as read."""
    operations.mark_notices_read(actor=request.actor, person=request.user)
    return redirect_after(request, "work:my_work", _("Notices marked as read."))


@page(permission=None, methods=("GET", "POST"))
def action(request: HttpRequest, key: str) -> HttpResponse:
    """Show one owed thing; its owner says it is done, the one who asked accepts."""
    owed = get_object_or_404(Action.objects.visible_to(request.user).select_related("owner", "asked_by"), key=key)
    may_finish = permissions.may_finish(actor=request.actor, action=owed)
    may_accept = permissions.may_accept(actor=request.actor, action=owed)
    form: Any = (forms.AnswerForm if may_accept else forms.ProofForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            return _carry_out(request, owed, form, accepting=bool(may_accept))
    context = {
        "action": owed,
        "about": _about(request, owed),
        "form": form if may_finish or may_accept else None,
        "why_not": may_finish.reason,
    }
    return render_page(request, "work/action_detail.html", context, status=422 if form.is_bound else 200)


def _carry_out(request: HttpRequest, owed: Action, form: Any, *, accepting: bool) -> HttpResponse:
    if not accepting:
        operations.finish_action(
            actor=request.actor, action=owed, proof=form.cleaned_data["proof"], request_key=form.request_key
        )
        message = _("Marked as done.")
    elif form.cleaned_data["answer"] == "accept":
        operations.accept_action(
            actor=request.actor, action=owed, reason=form.cleaned_data["reason"], request_key=form.request_key
        )
        message = _("Accepted.")
    else:
        operations.return_action(
            actor=request.actor, action=owed, reason=form.cleaned_data["reason"], request_key=form.request_key
        )
        message = _("Returned.")
    return redirect_after(request, "work:my_work", message)


def _about(request: HttpRequest, row: Any) -> Any:
    return subjects.find_visible(row.subject_type, row.subject_id, request.user)


@page(permission=None, methods=("POST",))
def comment(request: HttpRequest) -> HttpResponse:
    """Write a remark on a record, and go back to it."""
    form = forms.CommentForm(request.POST)
    about = subjects.find_visible(
        request.POST.get("subject_type", ""), request.POST.get("subject_id", ""), request.user
    )
    subject_type = subjects.type_of(about) if about is not None else None
    if about is None or subject_type is None or subject_type.url is None:
        raise Http404
    if form.is_valid():
        people, unknown = queries.mentioned_people(form.cleaned_data["text"])
        if unknown:
            form.add_error(
                "text", _("Nobody is called %(names)s.") % {"names": ", ".join(f"@{name}" for name in unknown)}
            )
        else:
            with form.problems():
                fields = {name: form.cleaned_data[name] for name in ("subject_type", "subject_id", "anchor", "text")}
                operations.write_comment(actor=request.actor, mentions=people, request_key=form.request_key, **fields)
                return redirect_after(request, subject_type.url(about), _("Comment added."))
    context = {"form": form, "about": about, "back": subject_type.url(about)}
    return render_page(request, "work/comment_form.html", context, status=422)


@page(permission=None, methods=("POST",))
def resolve(request: HttpRequest, pk: Any) -> HttpResponse:
    """Close a remark."""
    remark = get_object_or_404(Comment.objects.visible_to(request.user), pk=pk)
    operations.resolve_comment(actor=request.actor, comment=remark)
    about = _about(request, remark)
    subject_type = subjects.type_of(about)
    target = subject_type.url(about) if subject_type and subject_type.url else "work:my_work"
    return redirect_after(request, target, _("Comment resolved."))


@page(permission=None, methods=("GET",))
def jobs(request: HttpRequest) -> HttpResponse:
    """Show one's background jobs, or all for those who may see all."""
    return render_page(request, "work/jobs.html", {"jobs": Job.objects.visible_to(request.user)[:100]}, fragment="list")


@page(permission=None, methods=("GET",))
def job(request: HttpRequest, pk: Any) -> HttpResponse:
    """Show how far a background job is."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return render_page(request, "work/job_detail.html", {"job": found}, fragment="progress")
