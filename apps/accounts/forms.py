"""What the forms about people, departments, roles and tokens look like."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.kernel.permissions import Permission
from apps.web.forms import Form

from . import reach
from .models import ApiToken, Department, LegalEntity, Person, Role, ServiceIdentity


def permission_choices(names: Any) -> list[tuple[str, str]]:
    """Return permissions as choices that read like a sentence: room, verb, thing."""
    choices = []
    for name in sorted(str(name) for name in names):
        room, subject, verb = name.split(".")
        choices.append((name, f"{room}: {verb} {subject}".replace("_", " ")))
    return choices


class PersonByEmailField(forms.EmailField):
    """A colleague, named by e-mail address."""

    def clean(self, value: Any) -> Person | None:
        """Return the active person with that address."""
        email = super().clean(value)
        if not email:
            return None
        person = Person.objects.active().filter(email=email.lower()).first()
        if person is None:
            raise forms.ValidationError(_("Nobody with this e-mail address is on record."))
        return person


class EndDateField(forms.DateField):
    """The last day of something; becomes the end of that day."""

    widget = forms.DateInput(attrs={"type": "date"})

    def clean(self, value: Any) -> datetime | None:
        """Return the last moment of the day."""
        day = super().clean(value)
        return datetime.combine(day, time(23, 59, 59), UTC) if day else None


class PersonForm(Form):
    """A person on record, before their first sign-in."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("As the company sign-in knows it; the first sign-in is bound to it.")
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False)


class EditPersonForm(Form):
    """What may be corrected about a person."""

    name = forms.CharField(label=_("Name"), max_length=200)
    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False)


class ReasonForm(Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("It stays in the ledger.")
    )


class AssignmentForm(Form):
    """A role for somebody."""

    role = forms.ModelChoiceField(Role.objects.all(), label=_("Role"))
    department = forms.ModelChoiceField(
        Department.objects.all(),
        label=_("Where"),
        required=False,
        empty_label=_("Everywhere"),
        help_text=_("The role holds in this department and everything below it."),
    )
    until = EndDateField(
        label=_("Last day"), required=False, help_text=_("A privileged role needs one, within a year.")
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class GroupForm(AssignmentForm):
    """A role for a group of the identity provider."""

    group_name = forms.CharField(
        label=_("Group"), max_length=150, help_text=_("Exactly as the company sign-in names it, capitals included.")
    )
    field_order = ("group_name",)


class RoleForm(Form):
    """A role and what it allows."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(label=_("What is it for?"), required=False, max_length=500)
    permissions = forms.MultipleChoiceField(
        label=_("May"),
        choices=permission_choices(Permission),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class NewRoleForm(RoleForm):
    """A new role."""

    privileged = forms.BooleanField(
        label=_("Privileged: needs an end and a second administrator for every assignment"), required=False
    )


class DepartmentForm(Form):
    """A department and its place."""

    name = forms.CharField(label=_("Name"), max_length=200)
    parent = forms.ModelChoiceField(
        Department.objects.all(), label=_("Part of"), required=False, empty_label=_("Nothing: it is a root")
    )
    legal_entity = forms.ModelChoiceField(LegalEntity.objects.all(), label=_("Legal entity"), required=False)
    head = PersonByEmailField(label=_("Head"), required=False, help_text=_("E-mail address"))


class LegalEntityForm(Form):
    """A company of the enterprise."""

    name = forms.CharField(label=_("Name"), max_length=200)
    jurisdiction = forms.RegexField(
        r"^[A-Za-z]{2}$", label=_("Country"), help_text=_("Two letters, such as DE or FR (ISO 3166).")
    )


class NewLegalEntityForm(LegalEntityForm):
    """A new company."""

    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Short and lasting, such as aurelia-life."))
    field_order = ("code",)


class TokenForm(Form):
    """A new token; its scopes are among what its holder may do."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=100, help_text=_("The program or pipeline that will use it.")
    )
    days = forms.IntegerField(
        label=_("Days until it ends"),
        min_value=1,
        max_value=ApiToken.LONGEST_DAYS,
        initial=30,
        help_text=_("90 at most."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"), widget=forms.CheckboxSelectMultiple, help_text=_("Choose as little as the program needs.")
    )

    service = forms.ModelChoiceField(
        label=_("For a service of yours"),
        queryset=ServiceIdentity.objects.none(),
        required=False,
        empty_label=_("No: it acts as me"),
        help_text=_("The token then acts as the service, within the service's roles."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = ServiceIdentity.objects.filter(owner=person, is_active=True)
        held = reach.held_permissions(person).union(*(reach.held_by_service(one) for one in services))
        self.fields["service"].queryset = services  # type: ignore[attr-defined]
        if not services:
            del self.fields["service"]
        self.fields["scopes"].choices = permission_choices(held)  # type: ignore[attr-defined]
