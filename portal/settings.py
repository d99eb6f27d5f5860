"""Settings: one file, read from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent

MODE = os.environ.get("GATEHOUSE_MODE", "embedded")
DEBUG = False
TESTING = MODE == "test"
DATA_DIR = Path(os.environ.get("GATEHOUSE_DATA", BASE_DIR / ".gatehouse"))
SECRET_KEY = os.environ.get("SECRET_KEY", "insecure-only-for-tests" if TESTING else "insecure-until-set")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "guardian",
    "apps.web",
    "apps.audit",
    "apps.accounts",
    "apps.work",
    "apps.compliance",
    "apps.inventory",
    "apps.dashboards",
]

MIDDLEWARE = [
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
    "apps.web.middleware.PolicyMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["apps.accounts.backends.OIDCBackend"]
LOGIN_URL = "accounts:sign_in"

# The identity provider. Its endpoints are discovered at the issuer; any of them may be given instead.
# It has to know the addresses /sign-in/callback/ (after sign-in) and /signed-out/ (after sign-out).
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "")
OIDC_DISCOVERY_URL = os.environ.get("OIDC_DISCOVERY_URL", "")
OIDC_ENDPOINTS = {
    "authorization_endpoint": os.environ.get("OIDC_AUTHORIZATION_ENDPOINT", ""),
    "token_endpoint": os.environ.get("OIDC_TOKEN_ENDPOINT", ""),
    "userinfo_endpoint": os.environ.get("OIDC_USERINFO_ENDPOINT", ""),
    "jwks_uri": os.environ.get("OIDC_JWKS_URI", ""),
    "end_session_endpoint": os.environ.get("OIDC_END_SESSION_ENDPOINT", ""),
}
OIDC_RP_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "gatehouse")
OIDC_RP_CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET", "")
OIDC_RP_SCOPES = os.environ.get("OIDC_SCOPES", "openid email profile")
OIDC_GROUPS_CLAIM = os.environ.get("OIDC_GROUPS_CLAIM", "groups")
SIGN_OUT_ORIGINS = sorted(
    {
        f"{parts.scheme}://{parts.netloc}"
        for parts in map(urlsplit, (OIDC_ISSUER, OIDC_ENDPOINTS["end_session_endpoint"]))
        if parts.netloc
    }
)
# Off: only people whom an administrator or an import put on record may come in.
GATEHOUSE_ADMIT_UNKNOWN = os.environ.get("GATEHOUSE_ADMIT_UNKNOWN", "off") == "on"
# The key under which API tokens are kept as hashes.
TOKEN_PEPPER = os.environ.get("TOKEN_PEPPER", SECRET_KEY)

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


def database_from(url: str) -> dict[str, Any]:
    """Read a PostgreSQL URL; `host` and `options` may stand in its query (sockets)."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


DATABASE_URL = os.environ.get("DATABASE_OWNER_URL" if TESTING else "DATABASE_URL", "postgresql:///gatehouse")
APPLICATION_ROLE = os.environ.get("GATEHOUSE_APPLICATION_ROLE", "gatehouse_app")
DATABASES = {"default": database_from(DATABASE_URL)}
if TESTING and os.environ.get("GATEHOUSE_TEST_DATABASE"):
    DATABASES["default"]["TEST"] = {"NAME": os.environ["GATEHOUSE_TEST_DATABASE"]}

# The ledger's signing key and the folders or services outside the database that keep its checkpoints.
LEDGER_ORIGIN = os.environ.get("GATEHOUSE_LEDGER_ORIGIN", "")
LEDGER_KEY_FILE = Path(os.environ.get("GATEHOUSE_LEDGER_KEY_FILE", DATA_DIR / "ledger" / "signing.key"))
LEDGER_TRUSTED_KEYS_FILE = Path(os.environ.get("GATEHOUSE_LEDGER_TRUSTED_KEYS", DATA_DIR / "ledger" / "verifier.keys"))
LEDGER_KEY_IS_MADE = MODE in {"embedded", "test"}
LEDGER_SINKS = os.environ.get("GATEHOUSE_LEDGER_SINKS", f"file:{DATA_DIR / 'ledger' / 'checkpoints'}").split()

VALKEY_URL = os.environ.get("VALKEY_URL", "")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = os.environ.get("GATEHOUSE_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

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
SESSION_COOKIE_NAME = "gatehouse_session"
CSRF_COOKIE_NAME = "gatehouse_csrf"
CSRF_COOKIE_SAMESITE = "Lax"

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    # Signing out is a form whose answer leads on to the identity provider.
    "form-action": [CSP.SELF, *SIGN_OUT_ORIGINS],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
