"""The nine questions of the intake, and the triage that answers them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department
from apps.inventory.models import DataClass
from apps.inventory.rules_pure.tiering import HIGH_RISK_AREAS, PROHIBITED
from apps.web.forms import Form

from .fields import PersonField, SystemField, long_text, several

NOT_SURE = ("unknown", _("I am not sure"))
TECHNIQUES = [
    ("generates", _("It writes, summarises, translates or answers (generative AI)")),
    ("predicts", _("It predicts, scores, sorts or recognises")),
    ("acts", _("It carries out tasks by itself (an agent)")),
    ("imitates", _("It makes pictures, voices or films that look real")),
    ("rules", _("It follows fixed rules that people wrote")),
    NOT_SURE,
]
EFFECTS = [
    ("none", _("No person is affected by what it puts out")),
    ("advises", _("It advises somebody who then decides about a person")),
    ("decides", _("It decides about persons, or people nearly always follow it")),
    NOT_SURE,
]
AUDIENCES = [
    ("reviewed", _("Colleagues, who check every output before they use it")),
    ("inside", _("Colleagues, who use it as it is")),
    ("outside", _("Customers, partners or the public")),
    NOT_SURE,
]
ACTIONS = [
    ("none", _("Nothing: a person does everything")),
    ("writes", _("It writes into other systems or sends messages")),
    ("irreversible", _("It moves money, or does what cannot be undone")),
    NOT_SURE,
]
AREAS = [
    ("employment", _("Recruitment, promotion, or watching of staff")),
    ("life_health_insurance", _("Risk or price of life and health insurance")),
    ("credit", _("Creditworthiness of persons")),
    ("pricing", _("Other prices, reserves or capital")),
    ("fraud", _("Detecting fraud")),
    ("biometrics", _("Recognising people by face, voice or body")),
    ("education", _("Admission or marks in education")),
    ("public_services", _("Access to public benefits or emergency services")),
    ("safety", _("Safety of infrastructure or products")),
    ("critical_function", _("A function that the enterprise cannot do without for a day")),
    ("none", _("None of these")),
    NOT_SURE,
]
PLATFORMS = [
    ("approved", _("On a platform that the catalogue offers already")),
    ("buy", _("Bought from a vendor")),
    ("build", _("Built by us")),
    NOT_SURE,
]
assert set(HIGH_RISK_AREAS) <= {value for value, _label in AREAS}  # noqa: S101 - the table of the law is covered


def _one(label: Any, choices: Any, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, help_text=help_text, widget=forms.RadioSelect)


class IntakeForm(Form):
    """What somebody would like to use AI for: nine questions, plain words, "I am not sure" everywhere."""

    purpose = forms.CharField(
        label=_("1. What would you like AI to do, and for whom?"),
        help_text=_("A sentence or two, as you would tell a colleague. No names of customers, no passwords."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    technique = _one(_("2. What does it do?"), TECHNIQUES)
    person_effect = _one(_("3. What do its outputs mean for people?"), EFFECTS)
    data_classes = several(
        _("4. Which data does it need?"),
        [*DataClass.choices, NOT_SURE],
        _("Personal: anything about a person who can be told apart. Special-category: health, religion, union, …"),
        required=True,
    )
    audience = _one(_("5. Who sees what it produces?"), AUDIENCES)
    actions = _one(_("6. What does it do by itself?"), ACTIONS)
    areas = several(_("7. Does it serve one of these?"), AREAS, required=True)
    practices = several(
        _("8. Would it do any of this?"),
        [*PROHIBITED.items(), ("none", _("None of these")), NOT_SURE],
        _("These practices are forbidden in the European Union (AI Act, Article 5)."),
        required=True,
    )
    platform = _one(_("9. Where does it come from?"), PLATFORMS)

    def clean(self) -> dict[str, Any]:
        """Refuse "none of these" beside something."""
        cleaned = super().clean() or {}
        for name in ("areas", "practices"):
            chosen = cleaned.get(name) or []
            if "none" in chosen and len(chosen) > 1:
                self.add_error(name, _("“None of these” cannot stand beside another answer."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """Return the answers without the words of the purpose."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("purpose", "submission", "department")
        }


class IntakeWithDepartmentForm(IntakeForm):
    """The same, for somebody whose department nobody knows."""

    department = forms.ModelChoiceField(label=_("Your department"), queryset=Department.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all()


OUTCOMES = [
    ("accepted", _("Accept: put it on record")),
    ("platform", _("It is a use of an approved platform: name its system")),
    ("duplicate", _("It exists already: name the system")),
    ("not_ai", _("It is not AI")),
    ("refused", _("Refuse")),
]


class TriageForm(Form):
    """What becomes of an intake."""

    outcome = forms.ChoiceField(label=_("What becomes of it"), choices=OUTCOMES, widget=forms.RadioSelect)
    reason = long_text(_("Reason"), _("The proposer reads this sentence."), required=True)
    system = SystemField(
        label=_("System"),
        required=False,
        help_text=_("Key of the system it belongs to. Accepting without one makes a new one."),
    )
    name = forms.CharField(
        label=_("Name on record"),
        max_length=250,
        required=False,
        help_text=_("When accepted. Empty: the proposer's words."),
    )
    owner = PersonField(
        label=_("Owner"), required=False, help_text=_("When accepted: e-mail or whole name. Empty: the proposer.")
    )

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].person = person
