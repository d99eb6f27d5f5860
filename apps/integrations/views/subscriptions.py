"""Subscriptions to events: the list, one with its deliveries, and what is done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.integrations import operations
from apps.integrations.models import EventSubscription, SendingState
from apps.integrations.operations.subscriptions import new_secret
from apps.kernel import authorisation
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.web.forms import Form
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

SHOWN = 100
TONES = {SendingState.SENT: "good", SendingState.WAITING: "info", SendingState.DEAD: "bad"}


class SubscriptionTable(Table):
    """Who is told of what."""

    caption = gettext_lazy("Subscriptions")
    default_order = "name"
    columns = (
        Column("name", gettext_lazy("Name"), cell=lambda one: one.name, order="name"),
        Column("url", gettext_lazy("Address"), cell=lambda one: one.url),
        Column("patterns", gettext_lazy("Events"), cell=lambda one: ", ".join(one.patterns)),
        Column("active", gettext_lazy("State"), cell=lambda one: state_badge(one)),
        Column("created_at", gettext_lazy("Since"), cell=lambda one: moment(one.created_at)),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the subscription."""
        return reverse("exchange:subscription", args=[row.pk])


def state_badge(subscription: EventSubscription) -> Any:
    """Say whether a subscription goes on."""
    return badge(_("Active"), "good") if subscription.active else badge(_("Stopped"), "neutral")


class Subscriptions(ListPage):
    """A person's own subscriptions."""

    permission = Permission.INTEGRATIONS_INTAKE_VIEW
    title = gettext_lazy("Outgoing events")
    intro = gettext_lazy(
        "Your subscriptions: signed messages to an address whenever something happens to what you may see."
    )
    table = SubscriptionTable
    export_name = "subscriptions"
    empty_title = gettext_lazy("Nobody is told yet")
    empty_text = gettext_lazy("Subscribe to have rollbacks, deployments, grants or approvals told to your tools.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the person's own."""
        return EventSubscription.objects.visible_to(request.user)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer a new one."""
        if not authorisation.holds(request.actor, Permission.INTEGRATIONS_INTAKE_SEND):
            return {}
        return {"buttons": [{"label": _("Subscribe"), "url": reverse("exchange:subscribe"), "primary": True}]}


class SubscriptionForm(Form):
    """Where to, and what of."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=500, help_text=gettext_lazy("Begins with https://.")
    )
    patterns = forms.CharField(
        label=gettext_lazy("Events"), max_length=3000, widget=forms.Textarea(attrs={"rows": 6}),
        initial="registry.rollback.*\nregistry.deployment.*\nregistry.grant.*\nregistry.version.deprecated\n"
        "inventory.authorisation.*",
        help_text=gettext_lazy("One on each line: a whole name, or the beginning of names as in registry.rollback.*"),
    )  # fmt: skip


class EditForm(SubscriptionForm):
    """The same, and whether it goes on."""

    active = forms.BooleanField(label=gettext_lazy("Goes on"), required=False)


def _find(request: HttpRequest, pk: UUID) -> EventSubscription:
    return get_object_or_404(EventSubscription.objects.visible_to(request.user), pk=pk)


def _values(form: Form) -> dict[str, Any]:
    values = {name: value for name, value in form.cleaned_data.items() if name in ("name", "url", "patterns", "active")}
    return {**values, "patterns": values["patterns"].split()}


@page(permission=Permission.INTEGRATIONS_INTAKE_SEND)
def subscribe(request: HttpRequest) -> HttpResponse:
    """Have events told to an address; the secret is shown once."""
    form = SubscriptionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        secret = new_secret()
        with form.problems():
            made = operations.subscribe(
                actor=request.actor, secret=secret, request_key=form.request_key, **_values(form)
            )  # fmt: skip
            return _secret(request, made, secret)
    context = {"form": form, "title": _("Subscribe to events"), "label": _("Subscribe")}
    context["back"] = reverse("exchange:subscriptions")
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _secret(request: HttpRequest, subscription: EventSubscription, secret: str) -> HttpResponse:
    context = {
        "title": subscription.name,
        "secret": secret,
        "back": reverse("exchange:subscription", args=[subscription.pk]),
    }
    return render_page(request, "integrations/secret_shown.html", context)


@page(permission=None, methods=("GET",))
def subscription(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a subscription and what became of its events."""
    found = _find(request, pk)
    deliveries = list(found.deliveries.all()[:SHOWN])
    context = {
        "subscription": found,
        "state": state_badge(found),
        "may_edit": may_do(request.actor, operations.edit_subscription, subscription=found),
        "deliveries": [(one, badge(one.get_state_display(), TONES[one.state])) for one in deliveries],
        "dead": found.deliveries.filter(state=SendingState.DEAD).count(),
    }
    return render_page(request, "integrations/subscription_detail.html", context)


@page(permission=None)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a subscription, or stop it."""
    found = _find(request, pk)
    if not (decision := may_do(request.actor, operations.edit_subscription, subscription=found)):
        raise Refused(decision)
    initial = {"name": found.name, "url": found.url, "patterns": "\n".join(found.patterns), "active": found.active}
    form = EditForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_subscription(
                actor=request.actor, subscription=found, changes=_values(form), request_key=form.request_key
            )
            return redirect_after(request, "exchange:subscription", _("Saved."), pk=found.pk)
    context = {"form": form, "title": found.name, "back": reverse("exchange:subscription", args=[found.pk])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None, methods=("POST",))
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a test, send an event again, or change the secret."""
    found, wanted = _find(request, pk), request.POST.get("do", "")
    if wanted == "secret":
        secret = new_secret()
        operations.rotate_subscription(actor=request.actor, subscription=found, secret=secret)
        return _secret(request, found, secret)
    if wanted == "again":
        identity = request.POST.get("delivery", "")
        delivery = get_object_or_404(found.deliveries.all(), event_id=identity)
        operations.send_again(actor=request.actor, subscription=found, delivery=delivery)
    else:
        operations.send_test(actor=request.actor, subscription=found)
    return redirect_after(request, "exchange:subscription", _("It is on its way."), pk=found.pk)
