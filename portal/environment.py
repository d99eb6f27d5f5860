"""Reading settings from the environment: typed, from files where they are secret, refused when unsafe or misspelled."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MODES = ("embedded", "production", "test")
# Read elsewhere: by `manage.py up`, the web server's configuration and the test run.
READ_ELSEWHERE = {
    "GATEHOUSE_PORT", "GATEHOUSE_PROCESS", "GATEHOUSE_TEST_DATABASE", "GATEHOUSE_TEST_DIR",
    "GATEHOUSE_WEB_THREADS", "GATEHOUSE_WEB_WORKERS", "GATEHOUSE_POOL",
}  # fmt: skip


class Misconfigured(ImproperlyConfigured):
    """The environment is refused; one sentence for each problem."""


class Environment:
    """Reads names one by one, collects what is wrong, and says all of it at the end."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values
        self.known = set(READ_ELSEWHERE)
        self.problems: list[str] = []
        self.mode = self.choice("GATEHOUSE_MODE", MODES, "embedded")
        self.production = self.mode == "production"

    def refuse(self, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(sentence)

    def text(self, name: str, default: str = "", *, needed: bool = False) -> str:
        """Return a text; `needed` makes production refuse to start without it."""
        self.known.add(name)
        value = self.values.get(name, "").strip()
        if not value and needed and self.production:
            self.refuse(f"{name} is not set.")
        return value or default

    def secret(self, name: str, default: str = "", *, needed: bool = True, least: int = 32) -> str:
        """Return a secret from NAME, or from the file that NAME_FILE names; short ones are refused in production."""
        self.known |= {name, f"{name}_FILE"}
        value, file = self.values.get(name, ""), self.values.get(f"{name}_FILE", "")
        if value and file:
            self.refuse(f"{name} and {name}_FILE are both set; set one of them.")
        elif file:
            value = self._file(name, file)
        if self.production and not value and needed:
            self.refuse(f"{name} is not set; set it, or {name}_FILE to the path of a file that holds it.")
        elif self.production and value and len(value) < least:
            self.refuse(f"{name} is shorter than {least} characters.")
        return value or default

    def _file(self, name: str, file: str) -> str:
        try:
            return Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else "it is no text"
            self.refuse(f"The file of {name}_FILE cannot be read: {reason}.")
            return ""

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        """Return one of some words."""
        value = self.text(name, default)
        if value not in options:
            self.refuse(f"{name} is “{value}”; it must be one of: {', '.join(options)}.")
            return default
        return value

    def switch(self, name: str, default: bool = False) -> bool:
        """Return a yes or no, written as on or off."""
        return self.choice(name, ("on", "off"), "on" if default else "off") == "on"

    def number(self, name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number within bounds."""
        value = self.text(name, str(default))
        if not value.isdigit() or not least <= int(value) <= most:
            self.refuse(f"{name} is “{value}”; it must be a whole number from {least} to {most}.")
            return default
        return int(value)

    def words(self, name: str, default: tuple[str, ...] = (), *, needed: bool = False) -> list[str]:
        """Return words separated by spaces or commas."""
        value = self.text(name, " ".join(default), needed=needed)
        return value.replace(",", " ").split()

    def address(self, name: str, default: str = "", *, needed: bool = False) -> str:
        """Return a web address; production takes https only."""
        value = self.text(name, default, needed=needed)
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            self.refuse(f"{name} is no web address.")
        elif value and self.production and urlsplit(value).scheme != "https":
            self.refuse(f"{name} must start with https:// in production.")
        return value

    def path(self, name: str, default: Path) -> Path:
        """Return an absolute path."""
        value = self.text(name, str(default))
        if not Path(value).expanduser().is_absolute():
            self.refuse(f"{name} is “{value}”; it must be an absolute path.")
        return Path(value).expanduser()

    def check(self, holds: Callable[[], bool], sentence: str) -> None:
        """Refuse unless something holds."""
        if not holds():
            self.refuse(sentence)

    def finish(self) -> None:
        """Refuse unknown names too, then say everything that is wrong."""
        for name in sorted(self.values):
            if name.startswith("GATEHOUSE_") and name not in self.known:
                close = difflib.get_close_matches(name, sorted(self.known), n=1)
                hint = f" Did you mean {close[0]}?" if close else ""
                self.refuse(f"{name} is not a setting.{hint}")
        if self.problems:
            raise Misconfigured("Gatehouse does not start with these settings:\n" + "\n".join(self.problems))


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


def broker_from(valkey_url: str) -> str:
    """Return Celery's form of a Valkey or Redis URL; the queue has the first database."""
    if valkey_url.startswith("unix://"):
        path = urlsplit(valkey_url).path
        return f"redis+socket://{path}?virtual_host=0"
    return valkey_url or "redis://127.0.0.1:1/0"
