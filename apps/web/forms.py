"""Forms: they say what input looks like; they never save. Errors keep what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict, GatehouseError, Invalid
from apps.kernel.identifiers import uuid7


class Form(forms.Form):
    """A form with a submission key, so that a double click does a thing once."""

    submission = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._dressed: set[str] = set()
        super().__init__(*args, **kwargs)
        self.failed: GatehouseError | None = None
        self.initial.setdefault("submission", str(uuid7()))

    def __getitem__(self, name: str) -> forms.BoundField:
        """Return a field as it is shown and checked; forms may add fields after they were made."""
        bound = super().__getitem__(name)
        if name not in self._dressed:
            self._dressed.add(name)
            _describe(self, bound.auto_id, bound.field)
            _say_what_is_needed(bound)
        return bound

    @property
    def request_key(self) -> str | None:
        """The key under which the ledger knows this submission."""
        return self.cleaned_data.get("submission") or None

    @property
    def error_items(self) -> list[tuple[str, str]]:
        """Every problem with the id of the field it is about, in the order of the fields."""
        items = [("", text) for text in self.non_field_errors()]
        for bound in self.visible_fields():
            items += [(_first_control(bound), text) for text in _in_the_summary(bound)]
        items += [("", text) for bound in self.hidden_fields() for text in bound.errors]
        return items

    @contextmanager
    def problems(self) -> Iterator[None]:
        """Turn what an operation objects to into this form's errors, so that typed text is kept."""
        try:
            yield
        except Invalid as problem:
            self.failed = problem
            for field, texts in problem.problems.items():
                for text in texts:
                    self.add_error(field if field in self.fields else None, text)
        except Conflict as problem:
            self.failed = problem
            self.add_error(None, problem.message)
        except GatehouseError as problem:
            if problem.status not in (403, 422):
                raise
            self.failed = problem
            self.add_error(None, problem.message)

    @property
    def status(self) -> int:
        """The status of the page that shows this form again."""
        if self.failed is not None:
            return self.failed.status
        return 422 if self.is_bound and self.errors else 200


def _first_control(bound: forms.BoundField) -> str:
    """Return the id that a link in the error summary leads to: the control, or the first one of a group."""
    return bound.id_for_label or f"{bound.auto_id}_0"


def _in_the_summary(bound: forms.BoundField) -> Iterator[str]:
    """Give each problem with the field's name: the framework's own sentences ("Ensure this value …") lack it."""
    for problem in bound.errors.as_data():
        for text in problem.messages:
            named = not problem.code or str(bound.label) in text
            yield text if named else _("“%(label)s”: %(problem)s") % {"label": bound.label, "problem": text}


def _describe(form: Form, identifier: str, field: forms.Field) -> None:
    """Tie hint, error and count to the control for those who listen to the page."""
    described = []
    if field.help_text:
        described.append(f"{identifier}_hint")
    if form.is_bound:
        described.append(f"{identifier}_error")
    if isinstance(field.widget, forms.Textarea) and getattr(field, "max_length", None):
        described.append(f"{identifier}_count")
    if described and not isinstance(field.widget, forms.HiddenInput):
        field.widget.attrs.setdefault("aria-describedby", " ".join(described))


def _say_what_is_needed(bound: forms.BoundField) -> None:
    """Name the field where something is missing, so that the summary can be read by itself."""
    field = bound.field
    if field.error_messages.get("required") != forms.Field.default_error_messages["required"]:
        return
    if isinstance(field, forms.BooleanField):
        text = _("Tick “%(label)s”.")
    elif isinstance(field, forms.FileField):
        text = _("Choose a file for “%(label)s”.")
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        text = _("Choose an answer for “%(label)s”.")
    else:
        text = _("Fill in “%(label)s”.")
    field.error_messages["required"] = text % {"label": bound.label}


__all__ = ["NON_FIELD_ERRORS", "Form"]
