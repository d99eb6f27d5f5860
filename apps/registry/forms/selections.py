"""Forms of selections: what counts, a candidate, the decision, another view."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Dataset
from apps.inventory.forms.fields import long_text
from apps.registry.models import Candidate, ModelVersion, Selection, VersionStage, YesNo
from apps.registry.queries.selections import LABELS
from apps.registry.rules_pure.selecting import DIRECTIONS, FACTS, FIELDS, MOST_WEIGHT
from apps.web.forms import Form

WEIGHTS = [(0, gettext_lazy("Does not count")), *((n, str(n)) for n in range(1, MOST_WEIGHT + 1))]
BOUNDS = {
    "quality": gettext_lazy("At least"),
    "price": gettext_lazy("At most, a month"),
    "latency": gettext_lazy("At most, in milliseconds"),
    "risk": gettext_lazy("At most, 1 to 5"),
    "region": gettext_lazy("One of, with commas"),
    "terms": gettext_lazy("Does not train on our data"),
}


class SelectionForm(Form):
    """What is chosen, at which volume, and what counts."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("What is chosen"), max_length=200)
    calls_a_month = forms.IntegerField(
        label=gettext_lazy("Calls a month"), min_value=0, max_value=10**15, required=False
    )
    input_tokens = forms.IntegerField(
        label=gettext_lazy("Input tokens a call"), min_value=0, max_value=10**9, required=False
    )
    output_tokens = forms.IntegerField(
        label=gettext_lazy("Output tokens a call"), min_value=0, max_value=10**9, required=False
    )
    evaluation_dataset = forms.CharField(
        label=gettext_lazy("Evaluated on"), max_length=20, required=False,
        help_text=gettext_lazy("The key of a dataset of your own, for example DS-0004."),
    )  # fmt: skip
    evaluation_metric = forms.CharField(
        label=gettext_lazy("Quality is measured as"), max_length=200, required=False,
        help_text=gettext_lazy("For example F1 on urgent claims; more is better."),
    )  # fmt: skip
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, initial="EUR")

    def __init__(self, *args: Any, person: Any = None, needs: Any = (), **kwargs: Any) -> None:
        self.base_fields = dict(self.base_fields)
        super().__init__(*args, **kwargs)
        self.person = person
        known = {need["criterion"]: need for need in needs}
        for name, direction in DIRECTIONS.items():
            label, need = LABELS[name], known.get(name, {})
            self.fields[f"{name}_weight"] = forms.TypedChoiceField(
                label=_("Weight of %(need)s") % {"need": label}, choices=WEIGHTS, coerce=int, required=False,
                empty_value=0, initial=need.get("weight", 0),
            )  # fmt: skip
            self.fields[f"{name}_must"] = forms.BooleanField(
                label=_("%(need)s is a must") % {"need": label}, required=False, initial=need.get("must", False)
            )
            if name != "terms":
                words = f"{label}: {BOUNDS[name]}"
                field: Any = forms.CharField(label=words, max_length=800, required=False)
                if direction is not None:
                    field = forms.DecimalField(label=words, max_digits=18, decimal_places=6, required=False)
                field.initial = ", ".join(need.get("among", ())) or need.get("least") or need.get("most")
                self.fields[f"{name}_bound"] = field

    def needs_rows(self) -> list[dict[str, Any]]:
        """Return the controls of each criterion for the table."""
        rows = []
        for name in DIRECTIONS:
            bound = self[f"{name}_bound"] if f"{name}_bound" in self.fields else None
            row = {"label": LABELS[name], "weight": self[f"{name}_weight"], "must": self[f"{name}_must"]}
            rows.append({**row, "bound": bound, "words": BOUNDS[name]})
        return rows

    def general(self) -> list[Any]:
        """Return the fields before the table."""
        return [self[name] for name in FIELDS]

    def clean_evaluation_dataset(self) -> Dataset | None:
        """Find the dataset among those the person may see."""
        key = self.cleaned_data["evaluation_dataset"].strip().upper()
        if not key:
            return None
        found = Dataset.objects.visible_to(self.person).filter(key=key).first()
        if found is None:
            raise forms.ValidationError(_("There is no dataset %(key)s that you may see.") % {"key": key})
        return found

    def values(self) -> dict[str, Any]:
        """Return the fields of the record."""
        return {name: self.cleaned_data[name] for name in FIELDS}

    def needs(self) -> list[dict[str, Any]]:
        """Return what counts: criteria that weigh something or are a must."""
        found = []
        for name, direction in DIRECTIONS.items():
            need = {"criterion": name, "weight": self.cleaned_data[f"{name}_weight"] or 0}
            need["must"] = self.cleaned_data[f"{name}_must"]
            bound = self.cleaned_data.get(f"{name}_bound")
            if name == "region":
                need["among"] = [part.strip() for part in (bound or "").split(",") if part.strip()]
            elif bound is not None and name != "terms":
                need["least" if direction else "most"] = str(bound)
            if need["weight"] or need["must"]:
                found.append(need)
        return found


class CandidateForm(Form):
    """What is known of a candidate; what is not known stays empty."""

    model_version = forms.CharField(
        label=gettext_lazy("Version on record"), max_length=20, required=False,
        help_text=gettext_lazy("Its key, for example MDV-0003. What its provider's terms say is filled in where you leave it empty."),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    quality = forms.DecimalField(label=gettext_lazy("Quality"), max_digits=12, decimal_places=6, required=False)
    input_price = forms.DecimalField(
        label=gettext_lazy("Price of a million input tokens"),
        min_value=0,
        max_digits=14,
        decimal_places=6,
        required=False,
    )
    output_price = forms.DecimalField(
        label=gettext_lazy("Price of a million output tokens"),
        min_value=0,
        max_digits=14,
        decimal_places=6,
        required=False,
    )
    fixed_price = forms.DecimalField(
        label=gettext_lazy("Fixed price a month"), min_value=0, max_digits=14, decimal_places=2, required=False
    )
    latency_ms = forms.IntegerField(
        label=gettext_lazy("Latency, 95th percentile, milliseconds"), min_value=0, max_value=10**9, required=False
    )
    region = forms.CharField(label=gettext_lazy("Region"), max_length=40, required=False)
    terms = long_text(gettext_lazy("Terms"))
    trains_on_our_data = forms.ChoiceField(
        label=gettext_lazy("Trains on our data"), choices=YesNo.choices, initial="unknown", widget=forms.RadioSelect
    )
    risk = forms.TypedChoiceField(
        label=gettext_lazy("Risk"), choices=[("", gettext_lazy("Not known yet")), *((n, str(n)) for n in range(1, 6))],
        coerce=int, empty_value=None, required=False, help_text=gettext_lazy("1 is the least, 5 the most."),
    )  # fmt: skip
    notes = long_text(gettext_lazy("Notes"))
    evidence = forms.CharField(label=gettext_lazy("Where this was measured"), max_length=500, required=False)

    def __init__(self, *args: Any, person: Any = None, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if known:
            del self.fields["model_version"]

    def clean_model_version(self) -> ModelVersion | None:
        """Find the version among those the person may see."""
        key = self.cleaned_data["model_version"].strip().upper()
        if not key:
            return None
        found = ModelVersion.objects.visible_to(self.person).exclude(stage=VersionStage.RETIRED).filter(key=key)
        version = found.select_related("ai_model").first()
        if version is None:
            raise forms.ValidationError(_("There is no version %(key)s that you may see.") % {"key": key})
        return version

    def facts(self) -> dict[str, Any]:
        """Return what was entered."""
        return {name: self.cleaned_data[name] for name in FACTS}


def _candidates(selection: Selection) -> Any:
    return Candidate.objects.filter(selection=selection).order_by("name")


class DecideForm(Form):
    """The choice."""

    candidate = forms.ModelChoiceField(
        label=gettext_lazy("Candidate"), queryset=Candidate.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    reason = long_text(
        gettext_lazy("Why this one"),
        gettext_lazy("One that does not meet a must is chosen only when the reason names that must."),
        required=True,
    )

    def __init__(self, *args: Any, selection: Selection, labels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["candidate"]
        field.queryset = _candidates(selection)
        field.label_from_instance = lambda candidate: labels.get(str(candidate.pk), candidate.name)


class DissentForm(Form):
    """Another view."""

    text = long_text(
        gettext_lazy("What you see differently"), gettext_lazy("It stays on record in your name."), required=True
    )
    preferred = forms.ModelChoiceField(
        label=gettext_lazy("Which one you would choose"), queryset=Candidate.objects.none(), required=False,
        empty_label=gettext_lazy("None of them"),
    )  # fmt: skip

    def __init__(self, *args: Any, selection: Selection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["preferred"]
        field.queryset = _candidates(selection)
