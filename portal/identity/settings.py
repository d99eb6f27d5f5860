"""Settings of the demo's identity provider; nothing is shared with the portal but the data folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.utils.csp import CSP

from .keys import signing_key

DATA_DIR = Path(os.environ["GATEHOUSE_DATA"]) / "identity"
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
PORTS = [os.environ.get("GATEHOUSE_PORT", "8000")]
PORTALS = [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost") for port in PORTS]
CLIENT_ID, CLIENT_SECRET = os.environ["OIDC_CLIENT_ID"], os.environ["OIDC_CLIENT_SECRET"]

DEBUG = False
SECRET_KEY = hashlib.sha256(b"identity" + os.environ["SECRET_KEY"].encode()).hexdigest()
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "portal.identity.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "portal.identity",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "identity.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=wal;"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE, TIME_ZONE, USE_TZ = "en-gb", "UTC", True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
LOGIN_URL = "/"
# Cookies know no ports: these names keep the portal's session and this one apart on one host.
SESSION_COOKIE_NAME = "gatehouse_identity_session"
CSRF_COOKIE_NAME = "gatehouse_identity_csrf"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    # Choosing a person ends, after redirects, at the portal.
    "form-action": [CSP.SELF, *PORTALS],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": os.environ["OIDC_ISSUER"],
    "OIDC_RSA_PRIVATE_KEY": signing_key(DATA_DIR / "signing-key.pem"),
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
    "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
    "PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http"],
    "SCOPES": {"openid": "Who you are", "email": "Your e-mail address", "profile": "Your name and groups"},
    "OAUTH2_VALIDATOR_CLASS": "portal.identity.validator.Validator",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "ID_TOKEN_EXPIRE_SECONDS": 900,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
