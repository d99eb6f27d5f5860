"""The frozen reference: a bare Django page. Stock middleware, session, user, one permission-aware query, Django templates.

It never changes, so that ratios against it can be compared over time.
"""

from __future__ import annotations

import os
from urllib.parse import parse_qs, unquote, urlsplit

import django
from django.conf import settings

_url = urlsplit(os.environ["BENCH_DATABASE_URL"])
settings.configure(
    SECRET_KEY="reference",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF="bench.reference.app",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "bench_reference",
            "USER": unquote(_url.username or ""),
            "PASSWORD": unquote(_url.password or ""),
            "HOST": parse_qs(_url.query)["host"][0],
        }
    },
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402


class Department(models.Model):
    """A department."""

    name = models.CharField(max_length=100)

    class Meta:
        app_label, db_table = "reference", "reference_department"


class System(models.Model):
    """A system of ten columns."""

    key = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    department = models.ForeignKey(Department, models.DO_NOTHING)
    stage = models.CharField(max_length=20)
    tier = models.CharField(max_length=2)
    owner = models.CharField(max_length=100)
    vendor = models.CharField(max_length=100)
    cost = models.DecimalField(max_digits=12, decimal_places=2)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        app_label, db_table = "reference", "reference_system"


class Grant(models.Model):
    """A permission of a user on a system."""

    user_id = models.IntegerField()
    system = models.ForeignKey(System, models.DO_NOTHING)

    class Meta:
        app_label, db_table = "reference", "reference_grant"


HEAD = "<!doctype html><title>Systems</title><p>{{ request.user.username }}</p>"
ROW = (
    "<td>{{ s.key }}</td><td>{{ s.name }}</td><td>{{ s.department.name }}</td><td>{{ s.stage }}</td><td>{{ s.tier }}</td>"
    "<td>{{ s.owner }}</td><td>{{ s.vendor }}</td><td>{{ s.cost }}</td><td>{{ s.created|date:'j M Y' }}</td>"
    "<td>{{ s.updated|date:'j M Y, H:i' }}</td>"
)
LIST = engines["django"].from_string(
    HEAD
    + "<table>{% for s in systems %}<tr><td><a href='/s/{{ s.pk }}/'>open</a></td>"
    + ROW
    + "</tr>{% endfor %}</table>"
)
DETAIL = engines["django"].from_string(HEAD + "<table><tr>" + ROW + "</tr></table>")


def _visible(request: HttpRequest) -> models.QuerySet[System]:
    granted = Grant.objects.filter(user_id=request.user.pk, system_id=models.OuterRef("pk"))
    return System.objects.filter(models.Exists(granted)).select_related("department")


@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Show fifty systems."""
    return HttpResponse(LIST.render({"systems": _visible(request).order_by("name", "pk")[:50]}, request))


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one system."""
    return HttpResponse(DETAIL.render({"s": _visible(request).get(pk=pk)}, request))


@login_required
def json_listing(request: HttpRequest) -> JsonResponse:
    """Return fifty systems as JSON."""
    rows = _visible(request).order_by("name", "pk")[:50]
    names = ("key", "name", "stage", "tier", "owner", "vendor", "created", "updated")
    return JsonResponse({"items": [{name: getattr(row, name) for name in names} for row in rows]})


urlpatterns = [path("", listing), path("s/<int:pk>/", detail), path("json/", json_listing)]

SCHEMA = """
CREATE TABLE reference_department (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE reference_system (id bigserial PRIMARY KEY, key text, name text, department_id bigint REFERENCES reference_department,
    stage text, tier text, owner text, vendor text, cost numeric(12,2), created timestamptz, updated timestamptz);
CREATE TABLE reference_grant (id bigserial PRIMARY KEY, user_id int, system_id bigint);
"""
FILL = """
INSERT INTO reference_department (name) SELECT 'Department ' || n FROM generate_series(1, 200) n;
INSERT INTO reference_system (key, name, department_id, stage, tier, owner, vendor, cost, created, updated)
    SELECT 'AIS-' || lpad(n::text, 6, '0'), 'System number ' || md5(n::text), 1 + n %% 200, 'production', 'T3', 'Owner ' || n %% 500,
        'Vendor ' || n %% 50, n, now() - n * interval '1 minute', now() FROM generate_series(1, %(systems)s) n;
INSERT INTO reference_grant (user_id, system_id)
    SELECT 1 + g %% 10, 1 + (g * 7919) %% %(systems)s FROM generate_series(1, %(systems)s * 10) g;
CREATE INDEX ON reference_system (name, id);
CREATE UNIQUE INDEX ON reference_grant (user_id, system_id, id);
ANALYZE;
"""
