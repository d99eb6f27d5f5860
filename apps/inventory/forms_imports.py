"""What the import pages ask: the file, how it is read, what its columns mean, where its systems go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, LegalEntity, Person
from apps.accounts.reach import reach
from apps.kernel.permissions import Permission
from apps.web.forms import Form

from .importing.sentences import FIELD_LABELS
from .models import Import, MatchDecision
from .rules_pure.importing.sheets import MOST_BYTES
from .rules_pure.importing.text_files import ENCODINGS

DELIMITERS = ((",", _("Comma")), (";", _("Semicolon")), ("\t", _("Tab")), ("|", _("Vertical bar")))


def departments_of(person: Person) -> Any:
    """Return the departments into which a person may import."""
    return Department.objects.filter(reach(person, Permission.INVENTORY_IMPORT_RUN, department="pk"))


class UploadForm(Form):
    """The file to import."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV or XLSX, at most 15 MB. Nothing is taken into the inventory yet: you see first what would happen.")
    )  # fmt: skip
    source = forms.CharField(
        label=_("Name of the source"), max_length=120, required=False,
        help_text=_("For example “Subsidiaries 2026”. The same name the next time lets the portal know its systems again. Empty: the file's name."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 15 MB. Split it and import the parts under the same source.")
            )
        return file


class LayoutForm(Form):
    """How the file is read."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    header_row = forms.IntegerField(
        label=_("Row of the header"), min_value=0, max_value=25000, help_text=_("The row with the titles of the columns, counted from 1; 0 if there is none.")
    )  # fmt: skip
    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=DELIMITERS, required=False)

    def __init__(self, *args: Any, batch: Import, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(
            sheet=batch.sheet, header_row=batch.header_row, encoding=batch.encoding, delimiter=batch.delimiter
        )
        super().__init__(*args, **kwargs)
        if batch.kind == "csv":
            del self.fields["sheet"]
            known = dict.fromkeys([batch.encoding, *ENCODINGS])
            self.fields["encoding"].choices = [(name, name) for name in known if name]
        else:
            del self.fields["encoding"], self.fields["delimiter"]
            hidden = _("hidden")
            self.fields["sheet"].choices = [
                (sheet["name"], f"{sheet['name']} ({sheet['rows']}{', ' + str(hidden) if sheet['hidden'] else ''})")
                for sheet in batch.sheets
            ]


class ColumnsForm(Form):
    """What each column means, and where the systems go."""

    source = forms.CharField(
        label=_("Name of the source"), max_length=120, help_text=_("The same name the next time lets the portal know these systems again.")
    )  # fmt: skip
    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.none(), required=False, empty_label=_("The top of the organisation"),
        help_text=_("Under this department the systems go."),
    )  # fmt: skip
    legal_entity = forms.ModelChoiceField(
        label=_("Legal entity"), queryset=LegalEntity.objects.none(), required=False, empty_label=_("That of the department"),
        help_text=_("The company that answers for these systems."),
    )  # fmt: skip
    organisation = forms.CharField(
        label=_("Organisation, where the file names none"), max_length=200, required=False,
        help_text=_("A department of this name is put below the one above. Empty: none."),
    )  # fmt: skip
    create_departments = forms.BooleanField(
        label=_("Put organisations and units that the file names on record as departments"),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, batch: Import, person: Person, **kwargs: Any) -> None:
        initial = {
            "source": batch.source, "department": batch.department_id, "legal_entity": batch.legal_entity_id,
            "organisation": batch.organisation, "create_departments": batch.create_departments,
        }  # fmt: skip
        initial |= {f"column_{place}": key for place, key in enumerate(batch.mapping)}
        kwargs.setdefault("initial", {}).update(initial)
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.fields["department"].queryset = departments_of(person)
        self.fields["legal_entity"].queryset = LegalEntity.objects.all()
        choices = [("", _("Kept as it stands")), *sorted(FIELD_LABELS.items(), key=lambda pair: str(pair[1]))]
        for place in range(len(batch.header)):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                choices=choices, required=False, label=batch.header[place] or f"#{place + 1}"
            )

    @property
    def mapping(self) -> list[str]:
        """The chosen field of each column."""
        return [self.cleaned_data.get(f"column_{place}", "") for place in range(len(self.batch.header))]

    @property
    def target_fields(self) -> list[Any]:
        """The fields that are not about columns."""
        return [bound for bound in self.visible_fields() if not bound.name.startswith("column_")]


class PlacesForm(Form):
    """For units as the file names them: the department of ours that they stand for."""

    def __init__(self, *args: Any, batch: Import, units: list[str], person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        self.within = departments_of(person)
        for number, unit in enumerate(units):
            self.fields[f"unit_{number}"] = forms.CharField(
                label=unit, required=False, max_length=500, initial=batch.department_plan.get(unit, ""),
                widget=forms.TextInput(attrs={"list": "departments", "autocomplete": "off"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Accept a department by path or by a name that only one has."""
        cleaned = super().clean() or self.cleaned_data
        self.plan: dict[str, str] = {}
        for number, unit in enumerate(self.units):
            said = str(cleaned.get(f"unit_{number}") or "").strip()
            if not said:
                continue
            found = list(self.within.filter(path=said.strip("/") + "/")[:2]) or list(
                self.within.filter(name__iexact=said)[:2]
            )
            if len(found) == 1:
                self.plan[unit] = found[0].path
            else:
                self.add_error(
                    f"unit_{number}",
                    _("There is no one department “%(said)s” into which you may import; give its path.")
                    % {"said": said},
                )
        return cleaned


class RunForm(Form):
    """Take all rows, or only the good ones."""

    only_good = forms.ChoiceField(
        label=_("Rows that cannot be taken"),
        choices=(("", _("Take nothing while there are any")), ("yes", _("Leave them out and take the others"))),
        widget=forms.RadioSelect, required=False, initial="",
    )  # fmt: skip


class MatchesForm(Form):
    """For rows that sound like a system on record: is it the same?"""

    def __init__(self, *args: Any, lines: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            self.fields[f"row_{line.row_number}"] = forms.ChoiceField(
                label=_("Row %(row)s: %(name)s") % {"row": line.row_number, "name": line.name},
                choices=[(MatchDecision.SAME, _("The same system: link it")), (MatchDecision.NEW, _("Another system: create it"))],
                widget=forms.RadioSelect, required=False, initial=line.decision,
            )  # fmt: skip

    @property
    def decisions(self) -> dict[int, str]:
        """The rows that were decided on."""
        return {int(name[4:]): value for name, value in self.cleaned_data.items() if name.startswith("row_") and value}
