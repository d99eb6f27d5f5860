"""Reads the forms of a page and fills them the way somebody would who wants to get past a gate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

from apps.kernel import clock

# What somebody would choose who wants it now; the first that a field offers is taken.
WANTED = (
    "production", "pilot", "build", "design", "approve", "accept", "running", "granted", "signed", "T4", "minimal", "yes",
    "all", "good",
)  # fmt: skip


@dataclass
class PageForm:
    """A form: where it goes, how, and what is in it."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def filled(self) -> dict[str, list[str]]:
        """Return the form as it would be sent."""
        chosen = {name: [choose(offered)] for name, offered in self.choices.items() if offered}
        return self.values | chosen


def choose(offered: list[str]) -> str:
    """Return the most wanted of the choices offered, else the last."""
    return next((wanted for wanted in WANTED if wanted in offered), offered[-1])


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(given.get("action", ""), given.get("method", "get").upper())
            self.forms.append(self._open)
        elif self._open is None or "disabled" in given:
            return
        elif tag == "option" and self._select:
            self._open.choices[self._select].append(given.get("value", ""))
        elif given.get("name"):
            self._take(tag, given)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self._open, given["name"], given.get("type", "text")
        assert form is not None
        if tag == "select":
            self._select = name
            form.choices.setdefault(name, [])
        elif kind == "radio":
            form.choices.setdefault(name, []).append(given.get("value", "on"))
        elif kind == "checkbox":
            form.values.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "button" or kind == "submit":
            form.choices.setdefault(name, []).append(given.get("value", ""))
        elif kind != "file":
            form.values[name] = [given.get("value") or _typed(kind)]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag in ("select", "form"):
            self._select = ""


def _typed(kind: str) -> str:
    if kind == "date":
        return (clock.today() + timedelta(days=30)).isoformat()
    return "3" if kind == "number" else "We need it by Monday."


def forms_in(text: str) -> list[PageForm]:
    """Return the forms of a page."""
    reader = FormReader()
    reader.feed(text)
    return reader.forms
