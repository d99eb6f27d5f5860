"""Bringing the provider's own database up to date: tables, demo people, and the portal as its one client."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from oauth2_provider.models import get_application_model

from portal.demo.people import PEOPLE


def install() -> None:
    """Do all of it, any number of times."""
    call_command("migrate", interactive=False, verbosity=0)
    _people()
    _client()


def _people() -> None:
    model = get_user_model()
    known = set(model.objects.values_list("email", flat=True))
    for person in PEOPLE:
        if person.persona and person.email not in known:
            fresh = model(username=person.email.partition("@")[0], email=person.email, first_name=person.name)
            fresh.set_unusable_password()
            fresh.save()  # one-writer: the provider's own database


def _client() -> None:
    model = get_application_model()
    client = model.objects.filter(client_id=settings.CLIENT_ID).first() or model(client_id=settings.CLIENT_ID)
    client.name = "Gatehouse"
    client.client_type = model.CLIENT_CONFIDENTIAL
    client.authorization_grant_type = model.GRANT_AUTHORIZATION_CODE
    client.algorithm = model.RS256_ALGORITHM
    client.skip_authorization = True
    client.redirect_uris = " ".join(f"{portal}/sign-in/callback/" for portal in settings.PORTALS)
    client.post_logout_redirect_uris = " ".join(f"{portal}/signed-out/" for portal in settings.PORTALS)
    if not client.client_secret or not check_password(settings.CLIENT_SECRET, client.client_secret):
        client.client_secret = settings.CLIENT_SECRET
    client.save()  # one-writer: the provider's own database
