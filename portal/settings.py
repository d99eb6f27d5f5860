"""Settings: one file, read from the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from . import logging as portal_logging
from .environment import Environment, broker_from, database_from

BASE_DIR = Path(__file__).resolve().parent.parent
read = Environment()

# embedded: `manage.py up`; production: refuses what is unsafe, missing or misspelled; test: set by the test run.
MODE = read.mode
PRODUCTION = read.production
TESTING = MODE == "test"
DEBUG = False
DATA_DIR = read.path("GATEHOUSE_DATA", BASE_DIR / ".gatehouse")
SECRET_KEY = read.secret("SECRET_KEY", "only-for-tests-and-commands-without-an-installation", least=50)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ALLOWED_HOSTS = read.words("GATEHOUSE_HOSTS", () if PRODUCTION else (*LOOPBACK, "testserver"), needed=True)
read.check(lambda: "*" not in ALLOWED_HOSTS, "GATEHOUSE_HOSTS names the portal's own hosts; “*” would be any.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "guardian",
    "portal",
    "apps.web",
    "apps.audit",
    "apps.accounts",
    "apps.evidence",
    "apps.work",
    "apps.compliance",
    "apps.inventory",
    "apps.catalog",
    "apps.registry",
    "apps.monitoring",
    "apps.assessments",
    "apps.gates",
    "apps.integrations",
    "apps.dashboards",
]

MIDDLEWARE = [
    "portal.logging.RequestLogMiddleware",
    "apps.web.middleware.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "apps.web.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.web.middleware.SameSiteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.accounts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.web.middleware.ReadableMiddleware",
    "apps.web.middleware.PolicyMiddleware",
]

# What stands between a program's question and its answer.
FOR_PROGRAMS = {
    "portal.logging.RequestLogMiddleware",
    "apps.web.middleware.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.web.middleware.HeadersMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.web.middleware.ReadableMiddleware",
    "apps.web.middleware.PolicyMiddleware",
}

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["apps.accounts.backends.OIDCBackend"]
LOGIN_URL = "accounts:sign_in"

# The identity provider. Its endpoints are discovered at the issuer; any of them may be given instead.
# It has to know the addresses /sign-in/callback/ (after sign-in) and /signed-out/ (after sign-out).
OIDC_ISSUER = read.address("OIDC_ISSUER", needed=True)
OIDC_DISCOVERY_URL = read.address("OIDC_DISCOVERY_URL")
OIDC_ENDPOINTS = {
    "authorization_endpoint": read.address("OIDC_AUTHORIZATION_ENDPOINT"),
    "token_endpoint": read.address("OIDC_TOKEN_ENDPOINT"),
    "userinfo_endpoint": read.address("OIDC_USERINFO_ENDPOINT"),
    "jwks_uri": read.address("OIDC_JWKS_URI"),
    "end_session_endpoint": read.address("OIDC_END_SESSION_ENDPOINT"),
}
OIDC_RP_CLIENT_ID = read.text("OIDC_CLIENT_ID", "gatehouse", needed=True)
OIDC_RP_CLIENT_SECRET = read.secret("OIDC_CLIENT_SECRET", least=16)
OIDC_RP_SCOPES = read.text("OIDC_SCOPES", "openid email profile")
OIDC_GROUPS_CLAIM = read.text("OIDC_GROUPS_CLAIM", "groups")
# Off: only people whom an administrator or an import put on record may come in.
GATEHOUSE_ADMIT_UNKNOWN = read.switch("GATEHOUSE_ADMIT_UNKNOWN")
# The key under which API tokens are kept as hashes.
TOKEN_PEPPER = read.secret("TOKEN_PEPPER", SECRET_KEY)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.web.navigation.navigation",
            ],
        },
    },
]

# Web and workers connect as a role that owns nothing; only commands that change tables get DATABASE_OWNER_URL.
DATABASE_OWNER_URL = read.secret("DATABASE_OWNER_URL", needed=False, least=1)
DATABASE_URL = read.secret("DATABASE_URL", "postgresql:///gatehouse", least=1)
APPLICATION_ROLE = read.text("GATEHOUSE_APPLICATION_ROLE", "gatehouse_app")
DATABASES = {"default": database_from((TESTING and DATABASE_OWNER_URL) or DATABASE_URL)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if TESTING and os.environ.get("GATEHOUSE_TEST_DATABASE"):
    DATABASES["default"]["TEST"] = {"NAME": os.environ["GATEHOUSE_TEST_DATABASE"]}
PROCESS = os.environ.get("GATEHOUSE_PROCESS", "")
if PROCESS == "decisions":
    # Programs with tokens only: no pages, so neither sessions nor forms, and a shorter way to an answer.
    ROOT_URLCONF = "portal.decisions"
    MIDDLEWARE = [name for name in MIDDLEWARE if name in FOR_PROGRAMS]
if PROCESS in ("web", "decisions"):
    pool = {"min_size": 1, "max_size": read.number("GATEHOUSE_POOL", 4, least=1, most=100), "timeout": 10}
    DATABASES["default"]["OPTIONS"]["pool"] = pool
if PRODUCTION and PROCESS != "owner":
    read.check(
        lambda: not DATABASE_OWNER_URL,
        "DATABASE_OWNER_URL is set, and only prepare_database and migrate may have it.",
    )
    read.check(
        lambda: DATABASES["default"]["USER"] not in ("postgres", "gatehouse_owner"),
        "DATABASE_URL must name the application's role, not the owner or a superuser.",
    )
if PRODUCTION:
    read.check(
        lambda: (
            str(DATABASES["default"]["HOST"]).startswith("/")
            or DATABASES["default"]["OPTIONS"].get("sslmode") in ("require", "verify-ca", "verify-full")
        ),
        "DATABASE_URL must ask for TLS: add ?sslmode=verify-full (or verify-ca, require).",
    )

# The ledger's signing key and the folders or services outside the database that keep its checkpoints.
LEDGER_ORIGIN = read.text("GATEHOUSE_LEDGER_ORIGIN", needed=True)
LEDGER_KEY_FILE = read.path("GATEHOUSE_LEDGER_KEY_FILE", DATA_DIR / "ledger" / "signing.key")
LEDGER_TRUSTED_KEYS_FILE = read.path("GATEHOUSE_LEDGER_TRUSTED_KEYS", DATA_DIR / "ledger" / "verifier.keys")
LEDGER_KEY_IS_MADE = MODE in {"embedded", "test"}
LEDGER_SINKS = read.text("GATEHOUSE_LEDGER_SINKS", f"file:{DATA_DIR / 'ledger' / 'checkpoints'}").split()

# The key that signs bundles of grants, and how long a bundle counts: fresh, and then for grants that may go on (seconds).
ACCESS_KEY_FILE = read.path("GATEHOUSE_ACCESS_KEY_FILE", DATA_DIR / "access" / "bundles.pem")
# Deployment permits have a key of their own: whoever checks them trusts nothing else that the portal signs.
PERMIT_KEY_FILE = read.path("GATEHOUSE_PERMIT_KEY_FILE", DATA_DIR / "access" / "permits.pem")
# Hosts inside that events may be told to and MLflow be read at although their numbers are private or this machine's.
OUTGOING_HOSTS = read.words("GATEHOUSE_OUTGOING_HOSTS")
PERMIT_MINUTES = read.number("GATEHOUSE_PERMIT_MINUTES", 60, least=1, most=1_440)
# How old the list of refused permits may be that an offline check relies on, in seconds.
PERMIT_STATUS_FRESH = read.number("GATEHOUSE_PERMIT_STATUS_FRESH", 300, least=10, most=3_600)
ACCESS_KEY_IS_MADE = MODE in {"embedded", "test"}
ACCESS_BUNDLE_FRESH = read.number("GATEHOUSE_ACCESS_BUNDLE_FRESH", 3_600, least=60, most=86_400)
ACCESS_BUNDLE_STALE = read.number("GATEHOUSE_ACCESS_BUNDLE_STALE", 86_400, least=60, most=7 * 86_400)

# Queue, cache and limits: Valkey or Redis. The web never waits for the queue; see apps/audit/outbox.py.
VALKEY_URL = read.secret("VALKEY_URL", least=1)
BROKER_URL = read.secret("BROKER_URL", broker_from(VALKEY_URL), needed=False, least=1)
if PRODUCTION and VALKEY_URL:
    read.check(
        lambda: urlsplit(VALKEY_URL).scheme in ("rediss", "unix"),
        "VALKEY_URL must start with rediss:// (TLS) or unix://.",
    )
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = read.text("GATEHOUSE_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "evidence" / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if PRODUCTION:
    # Names with hashes, cached for ever; made by collectstatic, when the image is built.
    STATIC_ROOT = BASE_DIR / "staticfiles"
    STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}

# Files that prove something rest outside the web root, encrypted; the first key of the ring is for new ones.
# Addresses of the platforms whose permissions are read, one file named by the platform's key; never in the database.
PLATFORM_CONNECTIONS_DIR = read.path("GATEHOUSE_PLATFORM_CONNECTIONS", DATA_DIR / "platforms")
EVIDENCE_KEYS_FILE = read.path("GATEHOUSE_EVIDENCE_KEYS_FILE", DATA_DIR / "evidence" / "keys")
EVIDENCE_KEYS_ARE_MADE = MODE in {"embedded", "test"}
# A file on its way in stays in memory: nothing unencrypted touches the disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_RAISE_403 = False
# Roles are asked through apps.accounts.reach; guardian only keeps the grants on single objects.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# The assembly's navigation, read by the header.
NAVIGATION = "portal.navigation.ITEMS"
CSRF_FAILURE_VIEW = "apps.web.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# The prefix binds the cookies to this very host; browsers take it over TLS only.
SESSION_COOKIE_NAME = "__Host-gatehouse_session" if PRODUCTION else "gatehouse_session"
CSRF_COOKIE_NAME = "__Host-gatehouse_csrf" if PRODUCTION else "gatehouse_csrf"
CSRF_COOKIE_SAMESITE = "Lax"

provider_origins = sorted(
    {
        f"{parts.scheme}://{parts.netloc}"
        for parts in map(urlsplit, (OIDC_DISCOVERY_URL or OIDC_ISSUER, *OIDC_ENDPOINTS.values()))
        if parts.netloc
    }
)
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    # Signing out is a form whose answer leads to the provider.
    "form-action": [CSP.SELF, *provider_origins],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}

LOGGING = portal_logging.configuration(
    read.choice("GATEHOUSE_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "WARNING" if TESTING else "INFO")
)
METRICS_TOKEN = read.secret("GATEHOUSE_METRICS_TOKEN", needed=False)

if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    # Probes speak plain HTTP on the inside.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = read.number("GATEHOUSE_HSTS_SECONDS", 31_536_000, least=3600, most=10**8)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
    if read.switch("GATEHOUSE_BEHIND_TLS_PROXY"):
        # Only for a proxy that always sets this header itself.
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Building the image needs no secret.
if not (PRODUCTION and sys.argv[1:2] == ["collectstatic"]):
    read.finish()
