"""The forms of systems, their parts and vendors, with help for the person who fills them in."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, LegalEntity
from apps.inventory.models import (
    Autonomy,
    ComponentKind,
    DataClass,
    DependencyKind,
    NetworkPerimeter,
    PersonEffect,
    Sourcing,
    Vendor,
)
from apps.web.forms import Form

from .fields import LinesField, PairsField, PersonField, SystemField, long_text, several

NUMBER = {"required": False, "min_value": 0, "max_value": 2_000_000_000}
MONEY = {"required": False, "min_value": 0, "max_digits": 14, "decimal_places": 2}
Sections = tuple[tuple[Any, Any, tuple[str, ...]], ...]


class SectionedForm(Form):
    """A long form in sections, each with a heading and a sentence."""

    sections: ClassVar[Sections] = ()

    def grouped(self) -> list[tuple[Any, Any, list[Any]]]:
        """Return the sections with their bound fields."""
        return [
            (title, intro, [self[name] for name in names if name in self.fields])
            for title, intro, names in self.sections
        ]


class SystemForm(SectionedForm):
    """The record of a system: why it exists first, then how it works, then what it costs."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=_("Name"), max_length=250, help_text=_("What colleagues call it. Keep versions and project codes out.")
    )
    summary = long_text(_("What it does"), _("Two sentences for somebody who has never heard of it."))
    problem = long_text(_("The problem"), _("What is slow, costly, wrong or impossible today? For whom?"))
    benefit = long_text(_("The benefit"), _("What gets better once it works?"))
    benefit_measure = long_text(
        _("How the benefit is measured"),
        _("A figure and a date, for example: 30 % fewer follow-up calls by June, counted in the call log."),
    )
    outputs = long_text(_("What it puts out"), _("Scores, texts, decisions, actions? Where do they go?"))
    people_affected = long_text(
        _("People affected"), _("Whose lives do its outputs touch: customers, applicants, staff, nobody? How many?")
    )
    intended_users = long_text(_("Who uses it"), _("The teams that work with it."))
    expected_users = forms.IntegerField(label=_("Expected users"), **NUMBER)
    expected_daily_requests = forms.IntegerField(
        label=_("Expected requests a day"), help_text=_("At full scale, not in the pilot."), **NUMBER
    )
    expected_concurrency = forms.IntegerField(
        label=_("Expected requests at the same time"), help_text=_("In the busiest minute."), **NUMBER
    )
    data_classes = several(
        _("Data it works with"),
        DataClass.choices,
        _("Everything it reads, stores or produces. Personal: anything about a person who can be told apart."),
    )
    person_effect = forms.ChoiceField(
        label=_("Effect on persons"),
        choices=PersonEffect.choices,
        help_text=_("If people follow its advice nearly always, it decides."),
    )
    autonomy = forms.ChoiceField(
        label=_("Autonomy"), choices=[("", _("Not known yet")), *Autonomy.choices], required=False
    )
    human_involvement = long_text(
        _("Human involvement"), _("Who looks at which outputs, with how much time, and can they overrule it?")
    )
    security_needs = long_text(
        _("Security needs"), _("What happens if it leaks, lies or stops? How long may it be down?")
    )
    regulation = long_text(
        _("Laws and rules that apply"), _("For example GDPR Art. 22, DORA, AI Act, a works agreement.")
    )
    sourcing = forms.ChoiceField(label=_("Sourcing"), choices=Sourcing.choices)
    vendor = forms.ModelChoiceField(
        label=_("Vendor"), queryset=Vendor.objects.none(), required=False, empty_label=_("None, or not on record")
    )
    approved_platform = forms.BooleanField(label=_("Runs on an approved platform"), required=False)
    regions = LinesField(
        label=_("Regions"), required=False, help_text=_("Where it runs and keeps data, one on each line: eu-central-1.")
    )
    network_perimeter = forms.ChoiceField(label=_("Network perimeter"), choices=NetworkPerimeter.choices)
    isolation = long_text(_("Isolation"), _("What keeps it apart: own account, own network, own keys, tenants?"))
    secret_references = LinesField(
        label=_("Where its secrets are kept"),
        required=False,
        help_text=_("References only, one on each line: vault:claims/api-key. Never a password, key or token itself."),
    )
    master_data = PairsField(
        label=_("Master-data references"),
        required=False,
        help_text=_("Ids in other registers, one on each line, for example “cmdb: APP-1234”."),
    )
    legal_entity = forms.ModelChoiceField(
        label=_("Legal entity"), queryset=LegalEntity.objects.none(), required=False, empty_label=_("Not known yet")
    )
    one_off_cost = forms.DecimalField(label=_("One-off cost"), **MONEY)
    yearly_run_cost = forms.DecimalField(
        label=_("Run cost a year"), help_text=_("At full scale, with licences and the people who run it."), **MONEY
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", label=_("Currency"), max_length=3, initial="EUR")

    sections = (
        (_("What and why"), _("Start with the need. The rest follows from it."),
         ("name", "summary", "problem", "benefit", "benefit_measure")),
        (_("Who and how many"), "",
         ("intended_users", "people_affected", "expected_users", "expected_daily_requests", "expected_concurrency")),
        (_("What it does with data and people"), _("“Not known yet” is an honest answer; it counts as the worse one."),
         ("outputs", "data_classes", "person_effect", "autonomy", "human_involvement")),
        (_("Duties"), "", ("legal_entity", "regulation", "security_needs")),
        (_("How it is built"), "",
         ("sourcing", "vendor", "approved_platform", "regions", "network_perimeter", "isolation", "secret_references",
          "master_data")),
        (_("Cost"), "", ("one_off_cost", "yearly_run_cost", "currency")),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vendor"].queryset = Vendor.objects.all()
        self.fields["legal_entity"].queryset = LegalEntity.objects.all()

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        left_out = {"version", "submission", "department", "owner", "sponsor", "restricted"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class RegisterForm(SystemForm):
    """A new record: the same sections, after where it belongs and who answers for it."""

    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.none(), help_text=_("The unit that owns it.")
    )
    owner = PersonField(label=_("Owner"), required=False, help_text=_("Who answers for it. Empty: you."))
    sponsor = PersonField(
        label=_("Sponsor"), required=False, help_text=_("The executive who pays and signs for the business.")
    )

    sections = (
        (_("Where it belongs"), "", ("department", "owner", "sponsor")),
        *SystemForm.sections,
    )

    def __init__(self, *args: Any, departments: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all() if departments is None else departments
        for name in ("person_effect", "sourcing", "network_perimeter"):
            self.fields[name].initial = "unknown"


class ComponentForm(Form):
    """A part of a system."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ComponentKind.choices)
    name = forms.CharField(label=_("Name"), max_length=200)
    version = forms.CharField(
        label=_("Version"), max_length=80, required=False, help_text=_("A dated snapshot or digest, not “latest”.")
    )
    sourcing = forms.ChoiceField(label=_("Sourcing"), choices=Sourcing.choices, initial="unknown")
    vendor = forms.ModelChoiceField(
        label=_("Vendor"), queryset=Vendor.objects.none(), required=False, empty_label=_("None")
    )
    exit_substitute = forms.CharField(
        label=_("What would replace it"), max_length=200, required=False, help_text=_("If the vendor ended tomorrow.")
    )
    exit_tested_on = forms.DateField(
        label=_("Replacement last tested on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vendor"].queryset = Vendor.objects.all()

    def values(self) -> dict[str, Any]:
        """Return what was entered."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}


class DependencyForm(Form):
    """What a system needs to work."""

    kind = forms.ChoiceField(label=_("Kind of interface"), choices=DependencyKind.choices)
    on_system = SystemField(label=_("AI system it depends on"), required=False)
    on_name = forms.CharField(
        label=_("Or application"), max_length=200, required=False, help_text=_("Its name or id in the CMDB.")
    )
    purpose = forms.CharField(label=_("What flows"), max_length=300, required=False)

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on_system"].person = person


class VendorForm(Form):
    """A supplier of AI."""

    name = forms.CharField(label=_("Name"), max_length=200)
    country = forms.RegexField(
        r"^[A-Z]{2}$", label=_("Country"), required=False, help_text=_("Two letters, for example IE.")
    )
    website = forms.URLField(label=_("Website"), required=False, max_length=200)
    notes = long_text(_("Notes"), _("Terms, regions, sub-processors. No contract secrets."))

    def values(self) -> dict[str, Any]:
        """Return what was entered."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}
