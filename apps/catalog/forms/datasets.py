"""The forms of datasets: the record, its fields, its people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.catalog.models import Criticality, DataAction, Dataset, MasterEntity, Platform
from apps.catalog.queries.glossary import words_known
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.forms.fields import LinesField, PersonField, SystemField, long_text
from apps.inventory.models import UseCase
from apps.web.forms import Form

from .words import KeyField, TermsField, entity_field

NOT_FIELDS = ("version", "submission", "department", "platform", "name", "terms")


class DatasetForm(Form):
    """What is said of a dataset."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=250)
    description = long_text(gettext_lazy("Description"), gettext_lazy("What it holds, where it comes from, what not."))
    terms = TermsField(label=gettext_lazy("Terms"))
    master_entity = entity_field(help_text=gettext_lazy("The thing of the business that each row speaks of."))
    region = forms.CharField(
        label=gettext_lazy("Region"), max_length=40, required=False, help_text=gettext_lazy("Empty: the platform's.")
    )
    criticality = forms.ChoiceField(
        label=gettext_lazy("Criticality"), required=False,
        choices=[("", gettext_lazy("Not known yet")), *Criticality.choices],
    )  # fmt: skip
    fresh_within_minutes = forms.IntegerField(
        label=gettext_lazy("Fresh within (minutes)"), min_value=1, max_value=5_256_000, required=False,
        help_text=gettext_lazy("The promise to those who work with it, for example 1440 for a day."),
    )  # fmt: skip
    tags = LinesField(
        label=gettext_lazy("Tags"), required=False, max_length=4000, help_text=gettext_lazy("One on each line.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["master_entity"].queryset = MasterEntity.objects.all()

    def clean_tags(self) -> list[str]:
        """Refuse tags that are longer than what is kept."""
        tags = self.cleaned_data["tags"]
        if any(len(tag) > 120 for tag in tags):
            raise forms.ValidationError(_("A tag has 120 characters at most."))
        return tags

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        return {name: value for name, value in self.cleaned_data.items() if name not in NOT_FIELDS}


class RegisterDatasetForm(DatasetForm):
    """A new dataset with its fields."""

    platform = forms.ModelChoiceField(label=gettext_lazy("Platform"), queryset=Platform.objects.none())
    name = forms.CharField(
        label=gettext_lazy("Name in its platform"), max_length=1000,
        help_text=gettext_lazy("As tools call it there, for example claims.public.claim."),
    )  # fmt: skip
    department = forms.ModelChoiceField(label=gettext_lazy("Department"), queryset=Department.objects.none())
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=250, required=False, help_text=gettext_lazy("Empty: from its name.")
    )
    owner = PersonField(label=gettext_lazy("Owner"), required=False)
    steward = PersonField(label=gettext_lazy("Steward"), required=False)
    fields_text = LinesField(
        label=gettext_lazy("Fields"), required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=40000,
        help_text=gettext_lazy("One on each line with its type, for example: claim_id bigint. Tools fill them in too."),
    )  # fmt: skip

    def __init__(self, *args: Any, departments: Any = None, platforms: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
        self.fields["platform"].queryset = platforms
        self.order_fields(("platform", "name", "department", "title", "owner", "steward", "fields_text"))

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        return {name: value for name, value in super().changes().items() if name not in ("title", "fields_text")}

    def field_list(self) -> list[dict[str, str]]:
        """Return the fields as they were listed."""
        found = {}
        for line in self.cleaned_data["fields_text"]:
            path, _blank, data_type = line.strip().partition(" ")
            found[path] = {"path": path, "data_type": data_type.strip()}
        return list(found.values())


class DatasetPeopleForm(ReasonForm):
    """Who answers for a dataset."""

    field_order = ("owner", "steward", "reason")
    owner = PersonField(
        label=gettext_lazy("New owner"), required=False, help_text=gettext_lazy("E-mail or whole name. Empty: stays.")
    )
    steward = PersonField(
        label=gettext_lazy("New steward"), required=False,
        help_text=gettext_lazy("Decides who gets access, and what class it has. Empty: stays."),
    )  # fmt: skip


class FieldsForm(Form):
    """What several fields of a dataset mean; only what was changed here is written, also when others write meanwhile."""

    def __init__(self, *args: Any, rows: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = self.data.copy()
        self.rows = list(rows)
        known, entities = words_known(), MasterEntity.objects.all()
        choices = [("", _("None")), *((str(entity.pk), entity.name) for entity in entities)]
        self.entities = {str(entity.pk): entity for entity in entities}
        for field in self.rows:
            self._add(field, known, choices)

    def _add(self, field: Any, known: Any, choices: Any) -> None:
        names = {"path": field.path}
        meaning = forms.CharField(
            label=_("Meaning of %(path)s") % names, required=False, max_length=8000, show_hidden_initial=True,
            widget=forms.Textarea(attrs={"rows": 2}), initial=field.description,
        )  # fmt: skip
        terms = TermsField(
            label=_("Terms of %(path)s") % names,
            show_hidden_initial=True,
            initial=list(field.terms.all()),
            help_text="",
        )
        terms.known = known
        entity = forms.ChoiceField(
            label=_("Master data in %(path)s") % names, required=False, choices=choices, show_hidden_initial=True,
            initial=str(field.master_entity_id or ""),
        )  # fmt: skip
        for kind, made in (("description", meaning), ("terms", terms), ("master_entity", entity)):
            self.fields[f"{kind}_{field.pk.hex}"] = made

    def bound_rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """Return each field with its three controls."""
        return [
            (field, *(self[f"{kind}_{field.pk.hex}"] for kind in ("description", "terms", "master_entity")))
            for field in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        """Say where somebody else wrote meanwhile; saving again replaces that, knowingly."""
        for name in self.changed_data:
            if name == "submission" or name not in self.fields:
                continue
            bound = self[name]
            now = _plain(bound.field.prepare_value(bound.initial))
            if _plain(self.data.get(bound.html_initial_name)) not in (now, _plain(self.data.get(name))):
                self.data[bound.html_initial_name] = now
                if _plain(self.data.get(name)) != now:
                    self.add_error(
                        name, _("Somebody else wrote “%(text)s” meanwhile. Save again to replace it.") % {"text": now}
                    )
        return self.cleaned_data

    def changes(self) -> dict[str, dict[str, Any]]:
        """Return for each changed field, by its path, what was changed."""
        found: dict[str, dict[str, Any]] = {}
        changed = set(self.changed_data)
        for field in self.rows:
            for kind in ("description", "terms", "master_entity"):
                name = f"{kind}_{field.pk.hex}"
                if name in changed:
                    found.setdefault(field.path, {})[kind] = self._value(kind, self.cleaned_data[name])
        return found

    def _value(self, kind: str, value: Any) -> Any:
        if kind == "description":
            return _plain(value)
        return self.entities.get(value) if kind == "master_entity" else value


def _plain(text: Any) -> str:
    return str(text or "").replace("\r\n", "\n").strip()


class DeclareUseForm(Form):
    """Which system works with which data, for what."""

    dataset = KeyField(Dataset, label=gettext_lazy("Dataset"), help_text=gettext_lazy("Its key, for example DST-0012."))
    system = SystemField(label=gettext_lazy("AI system"))
    use_case = KeyField(
        UseCase, label=gettext_lazy("Use case"), required=False,
        help_text=gettext_lazy("Its key. Personal data needs one that the processing register names."),
    )  # fmt: skip
    action = forms.ChoiceField(
        label=gettext_lazy("What it does with it"), choices=DataAction.choices, widget=forms.RadioSelect, initial="read"
    )

    def __init__(self, *args: Any, person: Any = None, about: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if about is not None:
            self._offer(person, about)
        for name in ("dataset", "system", "use_case"):
            self.fields[name].person = person

    def _offer(self, person: Any, about: Any) -> None:
        """Where the system is known, its use cases are offered."""
        served = list(UseCase.objects.visible_to(person).filter(systems=about).order_by("key"))
        labels = [(one.key, f"{one.key} {one.name}") for one in served]
        self.fields["use_case"].widget = forms.Select(choices=[("", _("None of them")), *labels])
        if len(served) == 1:
            self.initial["use_case"] = self.initial.get("use_case") or served[0].key
