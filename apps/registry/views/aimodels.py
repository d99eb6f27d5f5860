"""Models: the list, one model with its versions and terms, and what is written about it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.reach import holds
from apps.kernel import authorisation, clock
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.filters.aimodels import ModelFilters
from apps.registry.forms.aimodels import AliasForm, ModelForm, TermsForm, VersionForm
from apps.registry.models import AIModel, ModelGrant, VersionData
from apps.registry.tables.aimodels import YES_NO_TONES, ModelTable, provider_name, stage_badge
from apps.web.offers import Offer, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page
from apps.web.templatetags.gatehouse import badge

from .calls import calls_url

VIEW = Permission.REGISTRY_MODEL_VIEW


class Models(ListPage):
    """The models that a person may know of, ours and third parties'."""

    permission = VIEW
    title = gettext_lazy("Models")
    intro = gettext_lazy("Ours and third parties': what they are made from, under which terms, where they run.")
    table = ModelTable
    filters = ModelFilters
    export_name = "models"
    export_permission = Permission.REGISTRY_MODEL_EXPORT
    empty_title = gettext_lazy("No model is on record")
    empty_text = gettext_lazy("Model owners register them, an AI bill of materials brings them, or MLflow does.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may know of."""
        rows = AIModel.objects.visible_to(request.user).select_related("provider", "owner")
        return rows.annotate(counted=Count("versions"))

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to register one."""
        manifest = {"label": _("Send a manifest"), "url": reverse("registry:manifest")}
        if not holds(request.user, Permission.REGISTRY_MODEL_EDIT):
            return {"buttons": [manifest]} if holds(request.user, Permission.INVENTORY_RELEASE_FREEZE) else {}
        register = {"label": _("Register a model"), "url": reverse("registry:model_register"), "primary": True}
        bill = {"label": _("Take over an AI bill of materials"), "url": reverse("integrations:bill_import")}
        return {"buttons": [register, manifest, bill]}


def find_model(request: HttpRequest, key: str) -> AIModel:
    """Return a model that the person may know of."""
    rows = AIModel.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("provider", "owner", "department", "base"), key=key)


@page(permission=VIEW, methods=("GET",))
def ai_model(request: HttpRequest, key: str) -> HttpResponse:
    """Show a model: who provides it, under which terms, its versions, and what may be done."""
    found = find_model(request, key)
    terms = list(found.terms.select_related("read_by").order_by("-valid_from"))
    today = clock.today()
    current = next(
        (one for one in terms if one.valid_from <= today and (one.valid_until is None or one.valid_until >= today)),
        None,
    )
    versions = list(found.versions.select_related("replaced_by")[:50])
    shown = [(panel, panel.context(request, found)) for panel in panels_for("registry.ai_model")]
    context = {
        "ai_model": found,
        "provider": provider_name(found),
        "chain": _chain(found),
        "derived": AIModel.objects.visible_to(request.user).filter(base=found)[:20],
        "terms": terms,
        "current": current,
        "trains": badge(current.get_trains_on_our_data_display(), YES_NO_TONES[current.trains_on_our_data])
        if current
        else "",
        "versions": [(one, stage_badge(one)) for one in versions],
        "aliases": found.aliases.filter(ended_at=None).select_related("model_version"),
        "past_aliases": found.aliases.filter(ended_at__isnull=False).select_related("model_version")[:20],
        "grants": ModelGrant.objects.visible_to(request.user).standing().filter(ai_model=found).count(),
        "calls_url": calls_url(model=found.key),
        "grants_url": f"{reverse('registry:grants')}?q={found.key}",
        "offers": _offers(request, found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }
    return render_page(request, "registry/ai_model_detail.html", context)


def _chain(found: AIModel) -> list[Any]:
    """Return what a model was made from, step by step; names end where nothing is on record."""
    chain, seen, base = [], {found.pk}, found.base
    while base is not None and base.pk not in seen:
        chain.append(base)
        seen.add(base.pk)
        base = base.base
    return chain


def _offers(request: HttpRequest, found: AIModel) -> list[Offer]:
    may = may_do(request.actor, operations.edit_model, ai_model=found)
    ways = [
        (_("Register a version"), "version_register"),
        (_("Edit"), "model_edit"),
        (_("Record terms"), "model_terms"),
        (_("Set an alias"), "model_alias"),
    ]
    offers = [Offer(label, reverse(f"registry:{name}", args=[found.key]), may) for label, name in ways]
    may_ask = authorisation.decide(request.actor, Permission.REGISTRY_ACCESS_REQUEST)
    offers.append(Offer(_("Ask to call it"), reverse("registry:access_ask", args=[found.key]), may_ask))
    return [offer for offer in offers if offer.decision]


@page(permission=Permission.REGISTRY_MODEL_EDIT)
def register(request: HttpRequest) -> HttpResponse:
    """Put a model on record."""
    initial = {"department": request.user.department_id, "owner": request.user}
    form = ModelForm(request.POST if request.method == "POST" else None, initial=initial, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.register_model(actor=request.actor, request_key=form.request_key, **form.values())
            return redirect_after(request, "registry:ai_model", _("On record."), key=made.key)
    return _form(request, form, _("Register a model"), reverse("registry:models"))


@page(permission=None)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is on record about a model."""
    found = _editable(request, key)
    names = [name for name in ModelForm.base_fields if name != "submission"]
    initial = {name: getattr(found, name) for name in names}
    form = ModelForm(request.POST if request.method == "POST" else None, initial=initial, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            changes = {name: value for name, value in form.values().items() if getattr(found, name) != value}
            operations.edit_model(
                actor=request.actor, ai_model=found, changes=changes, version=form.cleaned_data["version"],
                request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "registry:ai_model", _("Saved."), key=found.key)
    return _form(request, form, _("Edit %(key)s") % {"key": found.key}, _back(found))


@page(permission=None)
def terms(request: HttpRequest, key: str) -> HttpResponse:
    """Record the terms that hold from a day on."""
    found = _editable(request, key)
    form = TermsForm(request.POST if request.method == "POST" else None, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.record_terms(actor=request.actor, ai_model=found, request_key=form.request_key, **form.values())
            return redirect_after(request, "registry:ai_model", _("Recorded."), key=found.key)
    text = _("Those before end on the day before. What is not known counts as the worse answer.")
    return _form(request, form, _("Terms of %(name)s") % {"name": found}, _back(found), text)


@page(permission=None)
def alias(request: HttpRequest, key: str) -> HttpResponse:
    """Let a name point at a version."""
    found = _editable(request, key)
    form = AliasForm(request.POST if request.method == "POST" else None, ai_model=found)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.set_alias(
                actor=request.actor, ai_model=found, name=form.cleaned_data["name"],
                model_version=form.cleaned_data["model_version"], request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "registry:ai_model", _("It points there from now on."), key=found.key)
    text = _("Grants on an alias follow it: from now on they are for this version.")
    return _form(request, form, _("Set an alias of %(name)s") % {"name": found}, _back(found), text)


@page(permission=None)
def version_register(request: HttpRequest, key: str) -> HttpResponse:
    """Put a version on record; what it is cannot be changed afterwards."""
    found = _editable(request, key)
    form = VersionForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.register_version(
                actor=request.actor, ai_model=found, request_key=form.request_key, **form.values()
            )
            return redirect_after(request, "registry:model_version", _("On record."), key=made.key)
    text = _("What it is stays as it is registered; somebody else validates it.")
    return _form(request, form, _("Register a version of %(name)s") % {"name": found}, _back(found), text)


def _editable(request: HttpRequest, key: str) -> AIModel:
    found = find_model(request, key)
    decision = may_do(request.actor, operations.edit_model, ai_model=found)
    if not decision:
        raise Refused(decision)
    return found


def _back(found: AIModel) -> str:
    return reverse("registry:ai_model", args=[found.key])


def _form(request: HttpRequest, form: Any, title: str, back: str, text: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "text": text, "label": _("Save")}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def panel_of_vendor(request: HttpRequest, vendor: Any) -> dict[str, Any] | None:
    """Show a vendor's models and what their terms say."""
    today = clock.today()
    rows = []
    for one in AIModel.objects.visible_to(request.user).filter(provider=vendor).prefetch_related("terms")[:50]:
        current = next(
            (t for t in one.terms.all() if t.valid_from <= today and (t.valid_until is None or t.valid_until >= today)),
            None,
        )
        trains = (
            badge(current.get_trains_on_our_data_display(), YES_NO_TONES[current.trains_on_our_data]) if current else ""
        )
        rows.append({"model": one, "terms": current, "trains": trains})
    return {"rows": rows} if rows else None


def panel_of_dataset(request: HttpRequest, dataset: Any) -> dict[str, Any] | None:
    """Show the versions that were made from a dataset."""
    rows = VersionData.objects.visible_to(request.user).filter(dataset=dataset)
    found = list(rows.select_related("model_version__ai_model").order_by("role", "-recorded_at")[:50])
    return {"rows": found} if found else None
