"""What a platform really allows, beside what was granted; and who stands behind its logins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import ServiceIdentity
from apps.catalog import operations
from apps.catalog.models import Dataset, PermissionSnapshot, Platform, PlatformPrincipal
from apps.catalog.queries.actual import differences
from apps.inventory.forms.fields import PersonField, SystemField, long_text
from apps.kernel import authorisation
from apps.kernel.errors import Missing, Refused
from apps.kernel.permissions import Permission
from apps.web.forms import Form
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

KINDS = {
    "real_without_grant": (gettext_lazy("Allowed there, not granted here"), "bad"),
    "unknown_login": (gettext_lazy("Allowed to a login of nobody"), "bad"),
    "grant_without_real": (gettext_lazy("Granted here, not allowed there"), "warning"),
}


class PrincipalForm(Form):
    """Who stands behind a login."""

    principal = forms.CharField(label=gettext_lazy("Login"), max_length=200)
    person = PersonField(label=gettext_lazy("A person"), required=False)
    system = SystemField(label=gettext_lazy("Or an AI system"), required=False)
    service = forms.ModelChoiceField(
        label=gettext_lazy("Or a service identity"), queryset=ServiceIdentity.objects.none(), required=False
    )
    administrative = forms.BooleanField(label=gettext_lazy("Or it only runs the platform itself"), required=False)
    reason = long_text(gettext_lazy("Why it needs no grant"), gettext_lazy("Needed for logins that run the platform."))

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].person = person
        self.fields["service"].queryset = ServiceIdentity.objects.visible_to(person).filter(is_active=True)


def _find(request: HttpRequest, key: str) -> Platform:
    return get_object_or_404(Platform.objects.visible_to(request.user), key=key)


@page(permission=None, methods=("GET",))
def platform_permissions(request: HttpRequest, key: str) -> HttpResponse:
    """Show the newest reading of a platform, and every difference from the grants."""
    found = _find(request, key)
    may_name = may_do(request.actor, operations.name_principal, platform=found)
    if not may_name and not authorisation.decide(request.actor, Permission.CATALOG_ACCESS_VIEW, found):
        raise Missing(_("There is nothing here that you may see."))
    snapshot = PermissionSnapshot.objects.filter(platform=found, current=True).first()
    seen = set(Dataset.objects.visible_to(request.user).filter(platform=found).values_list("key", flat=True))
    # What stands on no record here is shown to whoever names logins; data that one may not know of is counted.
    told = [one for one in differences(found) if not one.dataset_key or one.dataset_key in seen]
    shown = [{"difference": one, "label": KINDS[one.kind][0], "tone": KINDS[one.kind][1]} for one in told[:500]]
    context = {
        "platform": found,
        "snapshot": snapshot,
        "count": snapshot.permissions.count() if snapshot else 0,
        "differences": shown,
        "principals": PlatformPrincipal.objects.filter(platform=found).select_related("person", "system", "service"),
        "may_name": may_name,
        "may_read": authorisation.decide(request.actor, Permission.INTEGRATIONS_INTAKE_SEND, found),
    }
    return render_page(request, "catalog/platform_permissions.html", context)


@page(permission=None)
def principal(request: HttpRequest, key: str) -> HttpResponse:
    """Say who stands behind a login."""
    found = _find(request, key)
    decision = may_do(request.actor, operations.name_principal, platform=found)
    if not decision:
        raise Refused(decision)
    initial = {"principal": request.GET.get("login", "")}
    form = PrincipalForm(request.POST if request.method == "POST" else None, initial=initial, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            values = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
            operations.name_principal(actor=request.actor, platform=found, request_key=form.request_key, **values)
            return redirect_after(request, "catalog:platform_permissions", _("Saved."), key=found.key)
    context = {
        "form": form,
        "title": _("Who stands behind a login of %(platform)s") % {"platform": found.name},
        "text": _("One of them. What the login may do is then compared with what they were granted."),
        "back": reverse("catalog:platform_permissions", args=[found.key]),
    }
    return render_page(request, "inventory/action_form.html", context, status=form.status)
