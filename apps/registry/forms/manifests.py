"""A manifest, pasted or from a file."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.registry.rules_pure import plain_text
from apps.web.forms import Form

LARGEST = 2_000_000


class ManifestForm(Form):
    """The text, or the file instead of it."""

    file = forms.FileField(
        label=gettext_lazy("File"), required=False, max_length=200,
        help_text=gettext_lazy("gatehouse.json, .yaml or .toml, 2 MB at most. It takes the place of the text below."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Manifest"), required=False, max_length=LARGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "code"}),
        help_text=gettext_lazy("JSON or YAML."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read the document; a file's text is what is shown and sent from then on."""
        given = super().clean() or {}
        name, text = "", given.get("text") or ""
        if given.get("file"):
            name, text = given["file"].name, self._text_of(given["file"])
        if not text.strip():
            if not self.errors:
                self.add_error("text", _("Paste a manifest, or choose a file."))
            return given
        try:
            given["document"] = plain_text.read(text, toml=name.lower().endswith(".toml"))
        except plain_text.Unreadable as problem:
            self.add_error("file" if name else "text", str(problem))
            return given
        if name.lower().endswith(".toml"):
            text = json.dumps(given["document"], indent=2, ensure_ascii=False)
        given["text"] = text
        return given

    def _text_of(self, file: Any) -> str:
        content = file.read(LARGEST + 1)
        try:
            if len(content) <= LARGEST and b"\x00" not in content:
                return str(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            pass
        self.add_error("file", _("This is no text in UTF-8 of 2 MB at most."))
        return ""
