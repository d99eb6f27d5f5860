"""Pages of gates: the queue, the review, the decision."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.models import AISystem
from apps.inventory.queries import candidate_release
from apps.inventory.tables import tier_tone
from apps.kernel import authorisation
from apps.kernel.decision import Decision, first_denial
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry.queries.releases import differences, last_approved
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page
from apps.work.models import Action, ActionStatus

from . import forms, operations, permissions, queries, reading, tables
from .models import OPEN_STATES, PolicyVersion, Review


class Reviews(ListPage):
    """The reviews a person may see; those that wait come first by the filter on the navigation."""

    permission = Permission.GATES_REVIEW_VIEW
    title = gettext_lazy("Reviews")
    intro = gettext_lazy(
        "One passage of a system through a gate: frozen, decided by people, and the authorisation that follows."
    )
    empty_text = gettext_lazy("No review that you may see fits. Owners submit their systems from the system's page.")
    table = tables.ReviewTable
    filters = tables.ReviewFilters
    export_name = "reviews"

    def queryset(self, request: HttpRequest) -> Any:
        """Return the reviews the person may see."""
        return Review.objects.visible_to(request.user).select_related("system", "release", "submitted_by").summarised()

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead first to what waits for the person's own word."""
        number = queries.waiting_for(request.user).count()
        label = _("Waiting for my word (%(number)s)") % {"number": number}
        button = {"label": label, "url": "?scope=mine", "primary": True}
        return {"buttons": [button] if number else []}


def _tabs(found: Review, current: str, changed: int | None = None) -> list[dict[str, Any]]:
    pages = (("review", _("Review"), None), ("dossier", _("Frozen dossier"), None), ("changes", _("Changes"), changed))
    return [
        {"label": label, "url": reverse(f"gates:{name}", args=[found.key]), "current": name == current, "count": count}
        for name, label, count in pages
    ]


def _review(request: HttpRequest, key: str) -> Review:
    found = Review.objects.visible_to(request.user).select_related(
        "system__department", "system__owner", "policy", "submitted_by", "release__system"
    )
    return get_object_or_404(found, key=key)


def _summary(request: HttpRequest, found: Review) -> dict[str, Any]:
    open_lanes = permissions.lanes_open_to(request.actor, found)
    earlier, changed = queries.changes_since_last_approval(found, request.user)
    return {
        **_of_release(request, found),
        "review": found,
        "tabs": _tabs(found, "review", len(changed) if earlier else None),
        "system": found.system,
        "tier_tone": tier_tone(found.system),
        "state_tone": tables.TONES[found.state],
        "lapses_at": queries.lapses_at(found),
        "lanes": queries.lanes_of(found),
        "own_lanes": open_lanes,
        "may_decide": [(name, title) for name, title, decision in open_lanes if decision],
        "refusals": [(title, decision.reason) for _name, title, decision in open_lanes if not decision],
        "stale": queries.stale_fields(found),
        "answers": found.content().get("review", {}).get("answers", []),
        "earlier": earlier,
        "changed": changed,
        "decisions": list(found.decisions.select_related("person")),
        "may_withdraw": _may_withdraw(request, found),
        "before_use": list(Action.objects.filter(source=f"{found.key} before").select_related("owner")),
        "may_collect": permissions.may_collect(actor=request.actor, review=found),
    }


def _of_release(request: HttpRequest, found: Review) -> dict[str, Any]:
    """Return the release that was frozen, what differs from the one approved last, and a newer one that it is not about."""
    if found.release is None:
        return {}
    earlier = last_approved(found.release, found.submitted_at)
    newest = candidate_release(found.system)
    newer = newest if newest and newest.number > found.release.number else None
    return {
        "release": found.release,
        "release_before": earlier,
        "difference": differences(earlier, found.release, person=request.user) if earlier else None,
        "newer_release": newer if found.state in OPEN_STATES else None,
    }


@page(permission=None)
def review(request: HttpRequest, key: str) -> HttpResponse:
    """Show a review on one screen, and take the decision of those who may decide."""
    found = _review(request, key)
    summary = _summary(request, found)
    form = None
    if summary["may_decide"]:
        form = forms.DecisionForm(
            request.POST or None, lanes=summary["may_decide"], initial={"content_hash": found.content_hash}
        )
    if request.method == "POST":
        if form is None:
            # The operation says why not, and the ledger keeps that it was tried.
            operations.decide(
                actor=request.actor, review=found, lane=request.POST.get("lane", ""), outcome=request.POST.get("outcome", ""),
                content_hash=request.POST.get("content_hash", ""), reason=request.POST.get("reason", ""),
            )  # fmt: skip
        elif form.is_valid():
            with form.problems():
                data = form.cleaned_data
                operations.decide(
                    actor=request.actor, review=found, lane=data["lane"], outcome=data["outcome"], reason=data["reason"],
                    content_hash=data["content_hash"], conditions=form.conditions(), request_key=form.request_key,
                )  # fmt: skip
                return redirect_after(request, "gates:review", _("Your decision is recorded."), key=key)
    summary["still_open"] = [action for action in summary["before_use"] if action.status in ActionStatus.values[:2]]
    panels = [(p, c) for p in panels_for("gates.review") if (c := p.context(request, found)) is not None]
    context = {**summary, "form": form, "panels": panels}
    return render_page(request, "gates/review_detail.html", context, status=form.status if form else 200)


@page(permission=None, methods=("GET",))
def dossier(request: HttpRequest, key: str) -> HttpResponse:
    """Show the frozen dossier, as it was hashed."""
    found = _review(request, key)
    context = {
        "review": found,
        "sections": reading.sections(found.content(), request.user),
        "tabs": _tabs(found, "dossier"),
    }
    return render_page(request, "gates/review_dossier.html", context)


@page(permission=None, methods=("GET",))
def changes(request: HttpRequest, key: str) -> HttpResponse:
    """Show what changed since the last approval."""
    found = _review(request, key)
    earlier, changed = queries.changes_since_last_approval(found, request.user)
    context = {"review": found, "earlier": earlier, "changed": changed, "tabs": _tabs(found, "changes", len(changed))}
    return render_page(request, "gates/review_changes.html", context)


def _may_withdraw(request: HttpRequest, found: Review) -> Decision:
    """Ask what the operation asks: the role on this system, and a part in the submission."""
    role = authorisation.decide(request.actor, Permission.GATES_REVIEW_SUBMIT, found)
    return first_denial(role, permissions.may_withdraw(actor=request.actor, review=found))


@page(permission=None)
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw a review."""
    found = _review(request, key)
    decision = _may_withdraw(request, found)
    if not decision:
        raise Refused(decision)
    form = forms.WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.withdraw_review(
                actor=request.actor, review=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "gates:review", _("Withdrawn."), key=key)
    return render_page(request, "gates/review_withdraw.html", {"review": found, "form": form}, status=form.status)


@page(permission=None, methods=("POST",))
def collect(request: HttpRequest, key: str) -> HttpResponse:
    """Collect the authorisation once the conditions before use are met."""
    found = _review(request, key)
    operations.collect_authorisation(actor=request.actor, review=found)
    return redirect_after(request, "gates:review", _("The authorisation is issued."), key=key)


@page(permission=Permission.GATES_REVIEW_SUBMIT)
def submit(request: HttpRequest, key: str, gate: str) -> HttpResponse:
    """Check a system at a gate, answer the questions, and submit."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user).select_related("department"), key=key)
    policy = queries.policy_in_force()
    found = {entry.gate: entry for entry in queries.open_gates(system, policy)}.get(gate)
    if found is None:
        raise Http404
    previous = Review.objects.filter(system=system, gate=gate).order_by("-submitted_at").first()
    first: dict[str, str] = {}
    if previous:
        by_text = {
            entry["question"]: entry["answer"] for entry in previous.content().get("review", {}).get("answers", [])
        }
        first = {name: by_text.get(policy.questions[name].text, "") for name in found.questions}
    form = forms.SubmitForm(request.POST or None, gate=found, policy=policy, initial=first)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            answers = {name: form.cleaned_data[name] for name in found.questions}
            made = operations.submit_review(
                actor=request.actor, system=system, gate=gate, answers=answers, request_key=form.request_key
            )
            return redirect_after(request, "gates:review", _("Submitted. Those who decide are told."), key=made.key)
    context = {
        "system": system,
        "gate": found,
        "release": candidate_release(system),
        "blockers": queries.dry_run(system, found),
        "lanes": [(policy.lanes[name].title, number) for name, number in found.lanes(system.effective_tier).items()],
        "form": form,
        "previous": previous,
        "may_submit": permissions.may_submit(actor=request.actor, system=system),
        "waiting": previous if previous and previous.state in ("waiting", "conditions") else None,
    }
    return render_page(request, "gates/review_submit.html", context, status=form.status)


@page(permission=Permission.GATES_POLICY_VIEW, methods=("GET",))
def policies(request: HttpRequest) -> HttpResponse:
    """Show the policy in force as a table, and its versions."""
    version = queries.version_in_force()
    policy = queries.policy_of(version)
    gates = [
        {
            "gate": gate,
            "checks": [operations.CHECKS[name].title for name in gate.checks],
            "questions": [policy.questions[name].text for name in gate.questions],
            "tiers": [
                (tier, [(policy.lanes[n].title, k) for n, k in lanes.items()]) for tier, lanes in gate.quorum.items()
            ],
        }
        for gate in policy.gates.values()
    ]
    context = {
        "version": version,
        "gates": gates,
        "versions": PolicyVersion.objects.all(),
        "may_publish": authorisation.holds(request.actor, Permission.GATES_POLICY_EDIT),
    }
    return render_page(request, "gates/policies.html", context)


@page(permission=Permission.GATES_POLICY_EDIT)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish a new version of the policy."""
    form = forms.PolicyForm(request.POST or None, initial={"text": queries.version_in_force().text})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            data = form.cleaned_data
            operations.publish_policy(
                actor=request.actor, text=data["text"], reason=data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "gates:policies", _("Published; reviews under way keep their version."))
    return render_page(request, "gates/policy_form.html", {"form": form}, status=form.status)
