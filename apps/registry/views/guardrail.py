"""The guardrail that a LiteLLM gateway asks before a call and shows the answer to after it.

Its path and fields are LiteLLM's own (Generic Guardrail API); "beta" stands in the path there. Who calls is the gateway's
service identity (`x-api-key` is its API token); for whom, the alias of the virtual key says: the name of a service
identity, or the key of a grant.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from apps.accounts.callers import caller_of
from apps.catalog.rules_pure.asking import Malformed
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.registry.operations import guardrail
from apps.web.api import problem
from apps.web.pages import public


@csrf_exempt
@public(reason="A token in the header says which gateway asks.", methods=("POST",))
def check(request: Any) -> HttpResponse:
    """Answer a gateway: NONE, BLOCKED with the reason, or GUARDRAIL_INTERVENED with other texts."""
    key = request.META.get("HTTP_X_API_KEY", "")
    if key and "HTTP_AUTHORIZATION" not in request.META:
        # LiteLLM sends the token under this name only; what was read of the headers before is read anew.
        request.META["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        request.__dict__.pop("headers", None)
    caller = caller_of(request, Permission.REGISTRY_ACCESS_EVALUATE)
    if caller is None:
        return problem(request, 401, "Send “x-api-key” with a valid token.", **{"WWW-Authenticate": "Bearer"})
    if not caller.allowed:
        return problem(request, 403, _("This token may not ask about others' calls."))
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return problem(request, 400, "The body is no JSON document.")
    except RequestDataTooBig:
        return problem(request, 413, "The body is too large.")
    try:
        return JsonResponse(guardrail.answer(actor=caller.actor, document=document))
    except Malformed as found:
        return problem(request, 400, str(found))
    except Refused as refusal:
        return problem(request, 403, refusal.message)
