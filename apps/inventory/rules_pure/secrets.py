"""What looks like a secret: it is refused wherever it may be typed, and kept by reference only."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

ADVICE = "This looks like {kind}. Put it into a vault and write where it is kept, for example vault:claims/api-key."

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("an AWS access key", re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Z0-9])")),
    (
        "an AWS secret key",
        re.compile(r"(?i)aws.{0,20}secret.{0,20}[:=]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"),
    ),
    ("a Google API key", re.compile(r"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")),
    ("a Google OAuth token", re.compile(r"(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{20,}")),
    (
        "an Azure storage key",
        re.compile(r"(?i)(?:AccountKey|SharedAccessKey|sig)=[A-Za-z0-9+/%]{32,}={0,2}"),
    ),
    ("a token", re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")),
    ("a bearer token", re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{20,}=*")),
    ("a token", re.compile(r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{30,}|(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{30,}")),
    ("a token", re.compile(r"(?<![A-Za-z0-9])(?:glpat-|hvs\.|npm_|pypi-)[A-Za-z0-9_-]{18,}")),
    ("a token", re.compile(r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("an API key", re.compile(r"(?<![A-Za-z0-9])(?:sk|rk|pk)[-_](?:live[-_]|test[-_]|proj-|ant-)?[A-Za-z0-9_-]{20,}")),
    ("an API token of this portal", re.compile(r"(?<![A-Za-z0-9])gatehouse_[A-Za-z0-9_-]{20,}")),
    (
        "a connection string with a password",
        re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,80}:[^\s@/]{1,200}@[^\s]"),
    ),
    (
        "a password",
        re.compile(
            r"(?i)(?<![a-z])(?:password|passwd|pwd|passwort|client[-_ ]?secret|api[-_ ]?key|secret[-_ ]?key)"
            r"\s*[:=]\s*[\"']?(?!vault:|aws-sm:|file:|env:|<|\*|\$|\{|none\b|yes\b|no\b|unknown\b)[^\s\"',;]{6,}"
        ),
    ),
)
WORD = re.compile(r"[A-Za-z0-9+/_=-]{28,512}")
REFERENCE = re.compile(
    r"(?:vault|aws-sm|aws-ssm|gcp-sm|azure-kv|k8s|cyberark|conjur|env|file):[A-Za-z0-9][A-Za-z0-9 ._:/@#-]{0,200}"
    r"|file:/[A-Za-z0-9._/-]{1,200}"
)
HARMLESS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:sha(?:256|384|512)[:-])?[0-9a-f]{28,128}|\d+",
    re.I,
)
LEAST_ENTROPY = 4.2


def looks_like_secret(text: Any) -> str:
    """Return what a text looks like ("a private key"), or an empty string when it looks like no secret."""
    if not isinstance(text, str) or len(text) < 8:
        return ""
    for kind, pattern in PATTERNS:
        if pattern.search(text):
            return kind
    return "a key or token" if any(_is_random(word) for word in WORD.findall(text)) else ""


def objection(text: Any) -> str:
    """Return the sentence that refuses a secret-looking text, or an empty string."""
    kind = looks_like_secret(text)
    return ADVICE.format(kind=kind) if kind else ""


def objections(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the refusals by field of everything that holds text, in lists and mappings too."""
    found = {}
    for field, value in values.items():
        sentences = [sentence for text in texts_in(value) if (sentence := objection(text))]
        if sentences:
            found[field] = sentences[:1]
    return found


def texts_in(value: Any) -> Iterable[str]:
    """Return every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts_in(key)
            yield from texts_in(item)
            if isinstance(key, str) and isinstance(item, str):
                yield f"{key}={item}"
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from texts_in(item)


def is_reference(text: str) -> bool:
    """Tell whether a text says where a secret is kept, such as vault:claims/api-key."""
    return bool(REFERENCE.fullmatch(text)) and not looks_like_secret(text)


def _is_random(word: str) -> bool:
    """Tell whether a long word is too even to be language: high entropy, with digits and both cases mixed."""
    if HARMLESS.fullmatch(word):
        return False
    core = re.sub(r"[^A-Za-z0-9]", "", word)
    kinds = [re.search(pattern, core) for pattern in (r"[a-z]", r"[A-Z]", r"\d")]
    return len(core) >= 24 and all(kinds) and entropy(core) >= LEAST_ENTROPY and _switches(core) >= 0.42 * len(core)


def _switches(word: str) -> int:
    """Count how often the kind of character changes; random text changes all the time, names do not."""
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in word]
    return sum(1 for left, right in itertools.pairwise(kinds) if left != right)


def entropy(text: str) -> float:
    """Return the Shannon entropy of a text, in bits a character."""
    if not text:
        return 0.0
    counts = [text.count(character) for character in set(text)]
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)
