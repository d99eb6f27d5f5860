"""The demo's identity provider for a WSGI server; its tables, people and client are brought up to date at its start."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.identity.settings"
application = get_wsgi_application()

from .installing import install  # noqa: E402 - needs the applications loaded

install()
