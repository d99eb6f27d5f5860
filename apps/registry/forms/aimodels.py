"""Forms about models: the record, terms, versions, cards, aliases, and their end."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.catalog.models import Dataset
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.forms.fields import LinesField, PairsField, PersonField, long_text, several
from apps.inventory.models import Vendor
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, DataRole, Derivation, Hosting, Modality, ModelVersion, YesNo
from apps.registry.rules_pure.card import SECTIONS
from apps.web.forms import Form

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ModelForm(Form):
    """What is on record about a model."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("As gateways call it."))
    summary = long_text(gettext_lazy("What it does"))
    provider = forms.ModelChoiceField(
        label=gettext_lazy("Provider"),
        queryset=Vendor.objects.all(),
        required=False,
        empty_label=gettext_lazy("We are"),
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"), queryset=Department.objects.none(), required=False
    )
    owner = PersonField(label=gettext_lazy("Owner"), required=False)
    task = forms.CharField(label=gettext_lazy("Task"), max_length=80, required=False)
    architecture = forms.CharField(label=gettext_lazy("Architecture"), max_length=120, required=False)
    base = forms.ModelChoiceField(
        label=gettext_lazy("Base model"), queryset=AIModel.objects.none(), required=False,
        empty_label=gettext_lazy("None, or not on record"),
    )  # fmt: skip
    base_name = forms.CharField(label=gettext_lazy("Base model, where not on record"), max_length=300, required=False)
    derivation = forms.ChoiceField(label=gettext_lazy("Derivation"), choices=Derivation.choices)
    licence = forms.CharField(label=gettext_lazy("Licence"), max_length=120, required=False)
    hosting = forms.ChoiceField(label=gettext_lazy("Hosting"), choices=Hosting.choices)
    modalities_in = several(gettext_lazy("What goes in"), Modality.choices)
    modalities_out = several(gettext_lazy("What comes out"), Modality.choices)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(
            reach(person, Permission.REGISTRY_MODEL_EDIT, "pk")
        )
        self.fields["base"].queryset = AIModel.objects.visible_to(person).order_by("name")
        self.initial.setdefault("derivation", Derivation.UNKNOWN)
        self.initial.setdefault("hosting", Hosting.UNKNOWN)

    def values(self) -> dict[str, Any]:
        """Return what was entered."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("submission", "version")}


class TermsForm(Form):
    """The terms that hold from a day on."""

    title = forms.CharField(label=gettext_lazy("Title and version of the terms"), max_length=300)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=_DAY)
    url = forms.URLField(label=gettext_lazy("Where they stand"), required=False, max_length=500)
    regions = LinesField(label=gettext_lazy("Regions"), required=False, help_text=gettext_lazy("One on each line."))
    trains_on_our_data = forms.ChoiceField(
        label=gettext_lazy("Does it train on our data?"), choices=YesNo.choices, widget=forms.RadioSelect,
        initial=YesNo.UNKNOWN,
    )  # fmt: skip
    keeps_input_days = forms.IntegerField(
        label=gettext_lazy("Keeps input for days"), required=False, min_value=0, max_value=36_500
    )
    sub_processors = LinesField(label=gettext_lazy("Sub-processors"), required=False)
    notes = long_text(gettext_lazy("Notes"))

    def values(self) -> dict[str, Any]:
        """Return what was entered."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}


class VersionForm(Form):
    """An immutable version: its identity, where it lies, what it was made from."""

    name = forms.CharField(label=gettext_lazy("Version"), max_length=120)
    artefact_digest = forms.CharField(
        label=gettext_lazy("Digest of the artefact"), max_length=140, required=False,
        help_text=gettext_lazy("sha256: and 64 hexadecimal digits. A provider's model has a dated snapshot instead."),
    )  # fmt: skip
    snapshot = forms.CharField(label=gettext_lazy("Provider's dated snapshot"), max_length=200, required=False)
    source = forms.CharField(label=gettext_lazy("Where it lies"), max_length=1000, required=False)
    licence = forms.CharField(label=gettext_lazy("Licence"), max_length=120, required=False)
    released_on = forms.DateField(label=gettext_lazy("Released on"), required=False, widget=_DAY)
    parameters = PairsField(
        label=gettext_lazy("Parameters"), required=False, help_text=gettext_lazy("One “name: value” on each line.")
    )
    training = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Trained on"), queryset=Dataset.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip
    evaluation = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Evaluated on"), queryset=Dataset.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip
    metrics = PairsField(
        label=gettext_lazy("Measured"), required=False, help_text=gettext_lazy("One “name: value” on each line.")
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Dataset.objects.visible_to(person).order_by("title")[:500]
        for name in ("training", "evaluation"):
            self.fields[name].queryset = Dataset.objects.filter(pk__in=seen.values("pk")).order_by("title")

    def clean_metrics(self) -> list[dict[str, Any]]:
        """Read the values as numbers."""
        found = []
        for name, text in self.cleaned_data["metrics"].items():
            try:
                found.append({"name": name, "value": Decimal(text)})
            except InvalidOperation:
                raise forms.ValidationError(_("“%(text)s” is no number.") % {"text": text[:40]}) from None
        return found

    def values(self) -> dict[str, Any]:
        """Return what the operation is given."""
        names = ("name", "artefact_digest", "snapshot", "source", "licence", "released_on", "parameters", "metrics")
        given = {name: self.cleaned_data[name] for name in names}
        data = [{"dataset": one, "role": DataRole.TRAINING} for one in self.cleaned_data["training"]]
        data += [{"dataset": one, "role": DataRole.EVALUATION} for one in self.cleaned_data["evaluation"]]
        return given | {"data": data}


class CardForm(Form):
    """The card, section by section."""

    source = forms.ChoiceField(
        choices=[("form", "form"), ("hugging-face", "hugging-face")], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, title, listed in SECTIONS:
            self.fields[name] = LinesField(label=title, required=False) if listed else long_text(title)

    def content(self) -> dict[str, Any]:
        """Return the sections that say something."""
        return {name: self.cleaned_data[name] for name, _title, _listed in SECTIONS if self.cleaned_data[name]}


class AliasForm(Form):
    """A moving name, and where it points."""

    name = forms.CharField(label=gettext_lazy("Alias"), max_length=120, help_text=gettext_lazy("For example champion."))
    model_version = forms.ModelChoiceField(
        label=gettext_lazy("Points at"),
        queryset=ModelVersion.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, ai_model: AIModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model_version"].queryset = ai_model.versions.exclude(stage="retired")


class DeprecateForm(ReasonForm):
    """From when on a version is gone, and what takes its place."""

    field_order = ("retires_on", "replaced_by", "reason")
    retires_on = forms.DateField(label=gettext_lazy("Gone from"), widget=_DAY)
    replaced_by = forms.ModelChoiceField(
        label=gettext_lazy("Replaced by"), queryset=ModelVersion.objects.none(), required=False,
        empty_label=gettext_lazy("Nothing yet"),
    )  # fmt: skip

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = version.ai_model.versions.exclude(stage="retired").exclude(pk=version.pk)
        self.fields["replaced_by"].queryset = others
