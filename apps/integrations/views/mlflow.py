"""MLflow servers: the list, one with what it sent and what stands for what, and the address that it sends to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.integrations import operations
from apps.integrations.models import DeliveryState, MappingState, MLflowServer
from apps.integrations.operations.mlflow import new_server_secret, receive_message
from apps.kernel import authorisation
from apps.kernel.deferral import defer
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel
from apps.web.forms import Form
from apps.web.offers import may_do
from apps.web.pages import ListPage, page, public
from apps.web.responses import redirect_after, render_page
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

LARGEST = 256 * 1024
SHOWN = 100
TONES = {
    MappingState.LINKED: "good", MappingState.CONFLICT: "bad", MappingState.GONE: "warning",
    MappingState.IGNORED: "neutral", DeliveryState.TAKEN: "good", DeliveryState.WAITING: "info",
    DeliveryState.REFUSED: "bad",
}  # fmt: skip
ANSWERS = {401: "not signed by this server, or not now", 409: "taken before", 400: "not readable", 202: "taken"}


class ServerTable(Table):
    """Servers that are followed."""

    caption = gettext_lazy("MLflow servers")
    default_order = "name"
    columns = (
        Column("name", gettext_lazy("Name"), cell=lambda one: one.name, order="name"),
        Column("url", gettext_lazy("Address"), cell=lambda one: one.url),
        Column("department", gettext_lazy("Department"), cell=lambda one: str(one.department)),
        Column("state", gettext_lazy("State"), cell=lambda one: server_badge(one)),
        Column("polled_at", gettext_lazy("Last answer"), cell=lambda one: moment(one.polled_at)),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the server."""
        return reverse("exchange:mlflow_server", args=[row.pk])


def server_badge(server: MLflowServer) -> Any:
    """Say how a server stands."""
    if not server.active:
        return badge(_("Not followed"), "neutral")
    return badge(_("Does not answer"), "warning") if server.problem else badge(_("Followed"), "good")


class Servers(ListPage):
    """The servers of a person's departments."""

    permission = Permission.INTEGRATIONS_INTAKE_VIEW
    title = gettext_lazy("MLflow servers")
    intro = gettext_lazy("Registered models there become models and versions on record here.")
    table = ServerTable
    export_name = "mlflow-servers"
    empty_title = gettext_lazy("No server is followed")
    empty_text = gettext_lazy("Whoever puts models on record may follow a server.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return MLflowServer.objects.visible_to(request.user).select_related("department")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer another one."""
        if not authorisation.holds(request.actor, Permission.REGISTRY_MODEL_EDIT):
            return {}
        return {
            "buttons": [{"label": _("Follow a server"), "url": reverse("exchange:mlflow_register"), "primary": True}]
        }


class ServerForm(Form):
    """A server that is to be followed."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    url = forms.CharField(label=gettext_lazy("Address"), max_length=500)
    department = forms.ModelChoiceField(label=gettext_lazy("Department"), queryset=Department.objects.none())
    bearer = forms.CharField(
        label=gettext_lazy("Token for reading there"), max_length=2000, required=False,
        widget=forms.PasswordInput, help_text=gettext_lazy("Kept encrypted and never shown."),
    )  # fmt: skip

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments


class EditForm(Form):
    """What may change about a server."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    url = forms.CharField(label=gettext_lazy("Address"), max_length=500)
    active = forms.BooleanField(label=gettext_lazy("Followed"), required=False)


def _find(request: HttpRequest, pk: UUID) -> MLflowServer:
    rows = MLflowServer.objects.visible_to(request.user).select_related("department", "owner")
    return get_object_or_404(rows, pk=pk)


@page(permission=Permission.REGISTRY_MODEL_EDIT)
def register(request: HttpRequest) -> HttpResponse:
    """Follow a server; the secret is shown once."""
    departments = Department.objects.filter(reach(request.user, Permission.REGISTRY_MODEL_EDIT, "pk"))
    initial = {"department": request.user.department_id}
    form = ServerForm(request.POST if request.method == "POST" else None, initial=initial, departments=departments)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "url", "department", "bearer")}
        secret = new_server_secret()
        with form.problems():
            made = operations.register_server(
                actor=request.actor, owner=request.user, secret=secret, request_key=form.request_key, **values
            )
            return _secret(request, made, secret)
    context = {"form": form, "title": _("Follow an MLflow server"), "back": reverse("exchange:mlflow_servers")}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _secret(request: HttpRequest, server: MLflowServer, secret: str) -> HttpResponse:
    context = {"title": server.name, "secret": secret, "back": reverse("exchange:mlflow_server", args=[server.pk])}
    return render_page(request, "integrations/secret_shown.html", context)


@page(permission=None, methods=("GET",))
def server(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a server sent, what stands for what, and where the two disagree."""
    found = _find(request, pk)
    mappings = list(
        found.mappings.select_related("ai_model", "model_version__ai_model").order_by("name", "version")[:500]
    )
    seen = set(
        AIModel.objects.visible_to(request.user)
        .filter(pk__in={one.ai_model_id for one in mappings if one.ai_model_id})
        .values_list("pk", flat=True)
    )
    rows = [(one, badge(one.get_state_display(), TONES[one.state]), one.ai_model_id in seen) for one in mappings]
    deliveries = [
        (one, badge(one.get_state_display(), TONES.get(one.state, "neutral"))) for one in found.deliveries.all()[:SHOWN]
    ]
    context = {
        "server": found, "state": server_badge(found), "deliveries": deliveries,
        "may_edit": may_do(request.actor, operations.edit_server, server=found),
        "open": [row for row in rows if row[0].state in (MappingState.CONFLICT, MappingState.GONE)],
        "rows": rows,
        "webhook": request.build_absolute_uri(reverse("exchange:mlflow_webhook", args=[found.pk])),
    }  # fmt: skip
    return render_page(request, "integrations/mlflow_server.html", context)


def _insist(request: HttpRequest, found: MLflowServer) -> None:
    if not (decision := may_do(request.actor, operations.edit_server, server=found)):
        raise Refused(decision)


@page(permission=None)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a server, or stop following it."""
    found = _find(request, pk)
    _insist(request, found)
    initial = {"name": found.name, "url": found.url, "active": found.active}
    form = EditForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in ("name", "url", "active")}
        with form.problems():
            operations.edit_server(actor=request.actor, server=found, changes=changes, request_key=form.request_key)
            return redirect_after(request, "exchange:mlflow_server", _("Saved."), pk=found.pk)
    context = {"form": form, "title": found.name, "back": reverse("exchange:mlflow_server", args=[found.pk])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None, methods=("POST",))
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the server now, change its secret, or settle a conflict."""
    found, wanted = _find(request, pk), request.POST.get("do", "")
    _insist(request, found)
    if wanted == "secret":
        secret = new_server_secret()
        operations.rotate_server(actor=request.actor, server=found, secret=secret)
        return _secret(request, found, secret)
    if wanted == "poll":
        defer("integrations.mlflow_poll", server=str(found.pk))
        return redirect_after(request, "exchange:mlflow_server", _("It is being asked."), pk=found.pk)
    name, version = request.POST.get("name", ""), request.POST.get("version", "")
    mapping = get_object_or_404(found.mappings.all(), name=name, version=version)
    key = request.POST.get("model", "").strip()
    ai_model = AIModel.objects.visible_to(request.user).filter(key=key).first() if wanted == "link" else None
    operations.resolve_mapping(actor=request.actor, mapping=mapping, decision=wanted, ai_model=ai_model)
    return redirect_after(request, "exchange:mlflow_server", _("Settled."), pk=found.pk)


@csrf_exempt
@public(reason="Each message is signed with the server's own secret.", methods=("POST",))
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a signed message of a server."""
    found = MLflowServer.objects.filter(pk=pk, active=True).first()
    if found is None:
        return JsonResponse({"detail": "no such server"}, status=404)
    try:
        body = request.body if int(request.META.get("CONTENT_LENGTH") or 0) <= LARGEST else None
    except (RequestDataTooBig, ValueError):
        body = None
    if body is None or len(body) > LARGEST:
        return JsonResponse({"detail": "the message is too large"}, status=413)
    status = receive_message(server=found, headers=request.headers, body=body)
    return JsonResponse({"detail": ANSWERS[status]}, status=status)
