"""A model card from elsewhere, pasted or from a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.registry.rules_pure.hugging_face import LARGEST, read_hugging_face
from apps.registry.rules_pure.plain_text import Unreadable
from apps.web.forms import Form


class HuggingFaceForm(Form):
    """The README.md of a model."""

    file = forms.FileField(
        label=gettext_lazy("README.md"), required=False, max_length=200,
        help_text=gettext_lazy("As it lies in the model's repository; or paste it below."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Its text"), required=False, max_length=LARGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read the card."""
        given = super().clean() or {}
        file, text = given.get("file"), given.get("text") or ""
        try:
            if file:
                text = file.read(4 * LARGEST + 1).decode("utf-8-sig")
            if not text.strip():
                raise Unreadable(_("Choose the file, or paste its text."))
            given["found"] = read_hugging_face(text)
        except UnicodeDecodeError:
            self.add_error("file", _("This is no text in UTF-8."))
        except Unreadable as problem:
            self.add_error("file" if file else "text", str(problem))
        return given
