"""What input about assessments looks like: the forms, and the fields that a questionnaire makes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.inventory.models import LegalClass
from apps.web.forms import Form

from .models import LEVELS, Answer, AnswerState, Treatment
from .rules_pure.progress import is_blank, shown
from .rules_pure.questionnaire import Question, QuestionType


@dataclass
class QuestionField:
    """A question on a page: what is answered, by whom, and what is wrong with it."""

    question: Question
    row: Answer | None
    value: Any
    files: list[Any] = field(default_factory=list)
    error: str = ""
    theirs: Answer | None = None
    # What other rooms know of the matter; it may say what the answer leaves out.
    known: Any = None

    @property
    def left_out(self) -> list[str]:
        """What is known and the answer does not name."""
        return self.known.left_out(self.question, self.value) if self.known else []

    @property
    def id(self) -> str:
        """The question's name."""
        return self.question.id

    @property
    def version(self) -> int:
        """The version that the person sees; after a clash the one that stands now."""
        row = self.theirs or self.row
        return row.version if row else 0

    @property
    def was(self) -> str:
        """The value that the page shows, to tell untouched fields."""
        return json.dumps(self.value)

    @property
    def choices(self) -> list[tuple[Any, bool]]:
        """The options with whether each is chosen."""
        chosen = self.value if isinstance(self.value, list) else [self.value]
        return [(option, option.value in chosen) for option in self.question.options]

    @property
    def is_choice(self) -> bool:
        """Tell whether one or more of several answers are chosen."""
        return bool(self.question.options)

    @property
    def shown_value(self) -> str:
        """The value as typed; a person by e-mail."""
        if self.question.type is QuestionType.PERSON and self.value and "@" not in str(self.value):
            person = Person.objects.filter(pk=self.value).first()
            return person.email if person else ""
        return "" if self.value is None else str(self.value)

    @property
    def own_words(self) -> str:
        """What the person typed, in words."""
        return self.shown_value if self.question.type is QuestionType.PERSON else shown(self.question, self.value)

    @property
    def their_words(self) -> str:
        """What stands there by now, in words."""
        value = self.theirs.value if self.theirs else None
        if self.question.type is QuestionType.PERSON and value:
            return str(Person.objects.filter(pk=value).first() or "")
        return shown(self.question, value)

    @property
    def carried(self) -> bool:
        """Tell whether the answer was carried over and waits to be confirmed."""
        return self.row is not None and self.row.state == AnswerState.CARRIED


def posted_value(question: Question, post: QueryDict) -> Any:
    """Return what was sent for a question, before it is checked."""
    name = f"answer-{question.id}"
    if question.type is QuestionType.MULTIPLE:
        return [value for value in post.getlist(name) if value]
    value = post.get(name, "").replace("\x00", "").strip()
    if question.type is QuestionType.PERSON and value:
        person = Person.objects.active().filter(email=value.lower()).values_list("pk", flat=True).first()
        return str(person) if person else value
    return value or None


def is_untouched(question: Question, post: QueryDict, value: Any) -> bool:
    """Tell whether a field still holds what the page showed."""
    try:
        was = json.loads(post.get(f"was-{question.id}", "null"))
    except ValueError:
        return False
    return was == value or (is_blank(was) and is_blank(value))


def seen_version(question: Question, post: QueryDict) -> int:
    """Return the version of the answer that the page showed."""
    text = post.get(f"version-{question.id}", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


class ColleagueField(forms.EmailField):
    """A colleague by e-mail."""

    def clean(self, value: Any) -> Any:
        """Find the person."""
        email = super().clean(value)
        person = Person.objects.active().filter(email=email.lower()).first() if email else None
        if email and person is None:
            raise forms.ValidationError(_("Nobody with this e-mail is on record."))
        return person


class AssignForm(Form):
    """Who assesses, and by when."""

    assigned_to = ColleagueField(
        label=_("Who fills it in? (e-mail)"),
        help_text=_("Somebody who knows the use, with a role that may answer. Another person signs."),
        max_length=254,
    )
    due_on = forms.DateField(
        label=_("Due on"),
        help_text=_("For example 2027-01-31."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date as year-month-day, such as 2027-01-31.")},
    )


class SubmitForm(Form):
    """The act of submitting."""


class ReviewForm(Form):
    """The signer's verdict."""

    outcome = forms.ChoiceField(
        label=_("Your verdict"),
        choices=[
            ("sign", _("Sign it: complete, plausible, and I take the result as it is")),
            ("return", _("Request changes")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you sign it.")},
    )
    reason = forms.CharField(
        label=_("What you looked at, or what has to change"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ClassificationForm(Form):
    """Confirming a legal class, or setting another."""

    legal_class = forms.ChoiceField(label=_("Legal class"), choices=LegalClass.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed when it is another class than proposed. Say what the law turns on here."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TextForm(Form):
    """Publishing a questionnaire or a policy."""

    text = forms.CharField(
        label=_("Text (YAML)"), max_length=500_000, strip=False, widget=forms.Textarea(attrs={"rows": 18})
    )
    reason = forms.CharField(label=_("Why?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class RiskForm(Form):
    """A risk with its ratings."""

    title = forms.CharField(label=_("Title"), max_length=200)
    cause = forms.CharField(label=_("Cause"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    event = forms.CharField(label=_("What happens"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    consequence = forms.CharField(label=_("Consequence"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    category = forms.ChoiceField(label=_("Category"))
    affected_group = forms.CharField(label=_("Who is affected"), max_length=200, required=False)
    owner = ColleagueField(label=_("Who owns the risk? (e-mail)"), max_length=254)
    treatment = forms.ChoiceField(label=_("Treatment"), choices=Treatment.choices)
    treatment_text = forms.CharField(
        label=_("What is done"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, categories: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = list(categories)  # type: ignore[attr-defined]
        _add_levels(self)


class RatingForm(Form):
    """Rating a risk anew."""

    treatment = forms.ChoiceField(label=_("Treatment"), choices=Treatment.choices)
    treatment_text = forms.CharField(
        label=_("What is done"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = forms.CharField(label=_("Why does it change?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_levels(self)


LEVEL_LABELS = {
    "inherent_likelihood": _("Likelihood without controls, 1 to 5"),
    "inherent_impact": _("Impact without controls, 1 to 5"),
    "current_likelihood": _("Likelihood today, 1 to 5"),
    "current_impact": _("Impact today, 1 to 5"),
    "target_likelihood": _("Likelihood aimed at, 1 to 5"),
    "target_impact": _("Impact aimed at, 1 to 5"),
    "residual_likelihood": _("Likelihood that remains, 1 to 5"),
    "residual_impact": _("Impact that remains, 1 to 5"),
}


def _add_levels(form: Form) -> None:
    for name in LEVELS:
        form.fields[name] = forms.TypedChoiceField(
            label=LEVEL_LABELS[name], coerce=int, choices=[(level, level) for level in range(1, 6)], initial=3
        )
