"""Forms of releases: composing one, artefacts and their versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.forms.fields import LinesField, long_text
from apps.registry.models import ArtefactKind
from apps.web.forms import Form


class NamesField(forms.MultipleChoiceField):
    """Check boxes whose names the view resolves: what was ticked on an earlier page of the search counts too."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: Any) -> bool:
        """Leave it to the view, which knows what the person may see."""
        return True


class ComposeForm(Form):
    """Exactly what a release is made of."""

    models = NamesField(
        label=gettext_lazy("Models"), required=False,
        help_text=gettext_lazy("A version, or an alias: what it points at now is frozen. Retired versions are not offered."),
    )  # fmt: skip
    artefacts = NamesField(
        label=gettext_lazy("Prompts, indexes, guardrails and parameters"), required=False,
        help_text=gettext_lazy("One version of each."),
    )  # fmt: skip
    others = LinesField(
        label=gettext_lazy("What else it is made of"), required=False,
        help_text=gettext_lazy(
            "One on each line: kind, name, version and digest with blanks between them, for example "
            "“image claims-api 4.2 sha256:…”."
        ),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, required=False,
        help_text=gettext_lazy("As the pipeline calls it, for example 2026.11."),
    )  # fmt: skip
    notes = long_text(gettext_lazy("What is new"), gettext_lazy("Reviewers read this beside the difference."))

    def __init__(self, *args: Any, models: Any = (), artefacts: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["models"].choices = list(models)
        self.fields["artefacts"].choices = list(artefacts)

    def clean_others(self) -> list[dict[str, str]]:
        """Return the lines as parts."""
        found = []
        for line in self.cleaned_data["others"]:
            words = line.split()
            if len(words) not in (3, 4):
                raise forms.ValidationError(_("“%(line)s” needs kind, name and version.") % {"line": line[:80]})
            found.append(dict(zip(("kind", "name", "version", "digest"), words, strict=False)))
        return found


class ArtefactForm(Form):
    """A prompt, index, guardrail or parameter set."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ArtefactKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    purpose = forms.CharField(label=gettext_lazy("What it is for"), max_length=300, required=False)


class ArtefactVersionForm(Form):
    """One version."""

    content = forms.CharField(
        label=gettext_lazy("Content"), strip=False, widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"})
    )
    notes = forms.CharField(label=gettext_lazy("What changed"), max_length=500, required=False)

    def __init__(self, *args: Any, as_json: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["content"].help_text = (
            _("A JSON object; it is kept with its names in order. No secrets: name where they are kept.")
            if as_json
            else _("The text as it is sent. No secrets: name where they are kept.")
        )
