"""One's own API tokens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from apps.accounts import operations
from apps.accounts.forms import TokenForm
from apps.accounts.models import ApiToken
from apps.kernel.permissions import Permission
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page


@page(permission=Permission.ACCOUNTS_TOKEN_ISSUE)
def tokens(request: Any) -> HttpResponse:
    """List one's tokens and issue a new one, whose text is shown on this answer and never again."""
    form = TokenForm(request.POST or None, person=request.user)
    issued = None
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = {
                name: form.cleaned_data[name] for name in ("name", "scopes", "days", "service") if name in form.fields
            }
            issued = operations.issue_token(actor=request.actor, request_key=form.request_key, **cleaned)
    context = {
        "form": TokenForm(person=request.user) if issued else form,
        "issued": issued,
        "tokens": ApiToken.objects.visible_to(request.user),
    }
    return render_page(request, "accounts/tokens.html", context, status=200 if issued else form.status)


@page(permission=None, methods=("POST",))
def revoke_token(request: Any, token_id: UUID) -> HttpResponse:
    """End one of one's tokens at once."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=token_id)
    operations.revoke_token(actor=request.actor, token=token)
    return redirect_after(request, "accounts:tokens", _("The token has ended."))
