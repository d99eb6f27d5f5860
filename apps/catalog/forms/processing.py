"""The form of an entry of the processing register, in the order of GDPR Art. 30(1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department, LegalEntity
from apps.catalog.models import AssessmentNeed, Category, DataAction, Dataset, LawfulBasis
from apps.inventory.forms.fields import LinesField, PersonField, long_text, several
from apps.inventory.models import UseCase
from apps.web.forms import Form

NOT_FIELDS = ("version", "submission", "department", "use_cases", "datasets", "reason")


class KeysField(LinesField):
    """Records by their keys, one on each line; the form sets `person`, who must be allowed to see them."""

    person: Any = None

    def __init__(self, model: Any, **options: Any) -> None:
        self.model = model
        super().__init__(**options)

    def clean(self, value: Any) -> list[Any]:
        """Return the records in the order of the lines."""
        keys = [line.split()[0].upper() for line in super().clean(value)]
        known = {record.key: record for record in self.model.objects.visible_to(self.person).filter(key__in=keys)}
        unknown = [key for key in keys if key not in known]
        if unknown:
            raise forms.ValidationError(_("You see nothing called %(keys)s.") % {"keys": ", ".join(unknown)[:200]})
        return [known[key] for key in dict.fromkeys(keys)]


class ActivityForm(Form):
    """One processing activity."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=250)
    controller = forms.ModelChoiceField(
        label=gettext_lazy("Controller"), queryset=LegalEntity.objects.none(), required=False,
        empty_label=gettext_lazy("Not known yet"), help_text=gettext_lazy("The legal entity that decides why and how."),
    )  # fmt: skip
    joint_controllers = long_text(gettext_lazy("Joint controllers, representative, data protection officer"))
    owner = PersonField(label=gettext_lazy("Owner"), required=False)
    purposes = long_text(gettext_lazy("Purposes"), required=True)
    purpose_codes = LinesField(
        label=gettext_lazy("Short names of the purposes"), required=False,
        help_text=gettext_lazy("One on each line, for example claims-handling. Requests for access cite them."),
    )  # fmt: skip
    actions = several(gettext_lazy("What may be done"), DataAction.choices, gettext_lazy("Nothing ticked: everything."))
    lawful_basis = forms.ChoiceField(
        label=gettext_lazy("Lawful basis"), choices=[("", gettext_lazy("Not known yet")), *LawfulBasis.choices],
        required=False,
    )  # fmt: skip
    basis_details = long_text(gettext_lazy("The basis in words"), gettext_lazy("The law, contract or interest meant."))
    data_subjects = LinesField(label=gettext_lazy("Categories of data subjects"), required=False)
    data_categories = several(gettext_lazy("Categories of data"), Category.choices)
    data_described = long_text(gettext_lazy("Categories of data in words"))
    special_category_condition = forms.CharField(
        label=gettext_lazy("Condition for special categories"), max_length=200, required=False,
        help_text=gettext_lazy("GDPR Art. 9(2), with its letter; needed for special-category and health data."),
    )  # fmt: skip
    recipients = LinesField(label=gettext_lazy("Recipients"), required=False)
    regions = LinesField(
        label=gettext_lazy("Regions it may be used in"), required=False,
        help_text=gettext_lazy("One on each line, for example EU, DE, US. None: anywhere."),
    )  # fmt: skip
    transfers = long_text(gettext_lazy("Transfers to third countries, and their safeguards"))
    erasure = long_text(gettext_lazy("Time limits for erasure"))
    security_measures = long_text(gettext_lazy("Technical and organisational measures"))
    impact_assessment = forms.ChoiceField(
        label=gettext_lazy("Impact assessment (DPIA)"), choices=AssessmentNeed.choices, initial="unknown"
    )
    impact_assessment_reference = forms.CharField(
        label=gettext_lazy("Where the impact assessment is kept"), max_length=200, required=False
    )
    automated_decisions = forms.BooleanField(
        label=gettext_lazy("It decides about persons by itself (Art. 22)"), required=False
    )
    objection = long_text(gettext_lazy("How a person objects, or reaches a human"))
    use_cases = KeysField(
        UseCase,
        label=gettext_lazy("Use cases"),
        required=False,
        help_text=gettext_lazy("Their keys, one on each line."),
    )
    datasets = KeysField(
        Dataset, label=gettext_lazy("Datasets"), required=False,
        help_text=gettext_lazy("Their keys, one on each line. None: any dataset of these categories."),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Any = None, in_force: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["controller"].queryset = LegalEntity.objects.all()
        for name in ("use_cases", "datasets"):
            self.fields[name].person = person
        if in_force:
            self.fields["reason"] = long_text(
                gettext_lazy("Why it changes"), gettext_lazy("This entry is in force."), required=True
            )

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        return {name: value for name, value in self.cleaned_data.items() if name not in NOT_FIELDS}


class RegisterActivityForm(ActivityForm):
    """A new entry, of a department."""

    field_order = ("department",)
    department = forms.ModelChoiceField(label=gettext_lazy("Department"), queryset=Department.objects.none())

    def __init__(self, *args: Any, departments: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
