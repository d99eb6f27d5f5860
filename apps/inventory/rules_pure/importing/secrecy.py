"""Text that looks like a secret: keys, tokens and passwords are recorded nowhere, only where they are kept."""

from __future__ import annotations

import re

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("private_key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("access_key", re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b")),
    (
        "token",
        re.compile(
            r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[\w-]{18,}|xox[abeoprs]-[\w-]{10,})"
        ),
    ),
    (
        "token",
        re.compile(
            r"\b(?:sk|rk|pk)[-_](?:live|test|proj|ant)[-_][A-Za-z0-9_-]{12,}|\bsk-[A-Za-z0-9]{20,}\b|\bhf_[A-Za-z0-9]{30,}\b"
        ),
    ),
    (
        "token",
        re.compile(
            r"\bAIza[0-9A-Za-z_-]{35}\b|\bya29\.[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{50,}|\bhv[sb]\.[\w-]{20,}"
        ),
    ),
    ("token", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")),
    ("connection", re.compile(r"(?i)\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[A-Za-z0-9+/=%]{16,}")),
    ("connection", re.compile(r"\b[a-z][a-z0-9+.-]{2,15}://[^\s:/@]{1,64}:[^\s:/@]{3,}@[\w.-]+")),
    (
        "password",
        re.compile(
            r"(?i)\b(?:pass(?:word|wd|phrase)|passwort|pwd|secret|api[_ -]?key|client[_ -]?secret|access[_ -]?token|auth[_ -]?token)\b\s*[:=]\s*"
            r"[\"']?(?=[^\s\"']*[\d!@#$%^&*_+-])[^\s\"',;]{8,}"
        ),
    ),
)


def secret_kind(text: str) -> str:
    """Name the kind of secret that a text seems to hold, or return nothing."""
    if len(text) < 12:
        return ""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), "")
