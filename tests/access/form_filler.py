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
    identity: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)

    def given(self) -> dict[str, str | None]:
        """Return every field with the first value that the page gives it; None where somebody types or picks a file."""
        offered = {name: [""] for name in sorted(self.typed)} | self.choices
        named = self.values | offered
        return {name: next(filter(None, offered.get(name, values)), None) for name, values in named.items()}

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
        self._elsewhere: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(given.get("action", ""), given.get("method", "get").upper(), given.get("id", ""))
            self.forms.append(self._open)
        elif given.get("form") and given.get("name") and "disabled" not in given:
            self._elsewhere.append((tag, given))
        elif self._open is None or "disabled" in given:
            return
        elif tag == "option" and self._select:
            self._open.choices[self._select].append(given.get("value", ""))
        elif given.get("name"):
            self._take(self._open, tag, given)

    def close(self) -> None:
        """Put fields that stand outside of their form into it."""
        super().close()
        for tag, given in self._elsewhere:
            for form in self.forms:
                if form.identity == given["form"]:
                    self._take(form, tag, given)

    def _take(self, form: PageForm, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text")
        if tag == "select":
            self._select = name
            form.choices.setdefault(name, [])
        elif kind == "radio":
            form.choices.setdefault(name, []).append(given.get("value", "on"))
        elif kind == "checkbox":
            form.values.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "button" or kind == "submit":
            form.choices.setdefault(name, []).append(given.get("value", ""))
        elif kind == "file":
            form.typed.add(name)
        else:
            form.values[name] = [given.get("value") or _typed(kind)]
            if kind != "hidden" or not given.get("value"):
                form.typed.add(name)

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
    reader.close()
    return reader.forms
