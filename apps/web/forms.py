"""Forms: they say what input looks like; they never save. Errors keep what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from apps.kernel.errors import Conflict, GatehouseError, Invalid
from apps.kernel.identifiers import uuid7


class Form(forms.Form):
    """A form with a submission key, so that a double click does a thing once."""

    submission = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.failed: GatehouseError | None = None
        self.initial.setdefault("submission", str(uuid7()))
        for name, field in self.fields.items():
            _describe(self, name, field)

    @property
    def request_key(self) -> str | None:
        """The key under which the ledger knows this submission."""
        return self.cleaned_data.get("submission") or None

    @property
    def error_items(self) -> list[tuple[str, str]]:
        """Every problem with the id of the field it is about, in the order of the fields."""
        items = [("", text) for text in self.non_field_errors()]
        for bound in self.visible_fields():
            items += [(bound.id_for_label or bound.auto_id, text) for text in bound.errors]
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


def _describe(form: Form, name: str, field: forms.Field) -> None:
    """Tie hint and error to the control for those who listen to the page."""
    described = []
    if field.help_text:
        described.append(f"id_{name}_hint")
    if form.is_bound:
        described.append(f"id_{name}_error")
    if described and not isinstance(field.widget, forms.HiddenInput):
        field.widget.attrs.setdefault("aria-describedby", " ".join(described))


__all__ = ["NON_FIELD_ERRORS", "Form"]
