"""The provider's one page: who do you want to be?"""

from __future__ import annotations

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from oauth2_provider.views import ConnectDiscoveryInfoView

from portal.demo.people import DEPARTMENTS, PEOPLE

DEPARTMENT_NAMES = {code: name for code, name, *_rest in DEPARTMENTS}


class Discovery(ConnectDiscoveryInfoView):
    """Endpoints at this port under the issuer's name, which stays the same when the port changes."""

    def _get_endpoint_url(self, request: HttpRequest, name: str, required: bool = False) -> str:
        return request.build_absolute_uri(reverse(f"oauth2_provider:{name}"))


@require_http_methods(["GET", "POST"])
def choose_person(request: HttpRequest) -> HttpResponse:
    """Sign in as the chosen person and go on to where the portal asked."""
    if request.method == "POST":
        person = get_object_or_404(get_user_model(), email=request.POST.get("person", ""), is_active=True)
        login(request, person)
        return HttpResponseRedirect(_next(request, request.POST.get("next", "")) or reverse("choose_person"))
    people = [(person, DEPARTMENT_NAMES[person.department]) for person in PEOPLE if person.persona]
    context = {"people": people, "next": _next(request, request.GET.get("next", ""))}
    return render(request, "identity/choose_person.html", context)


def _next(request: HttpRequest, address: str) -> str:
    """Return the address when it is one of ours."""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}) else ""
