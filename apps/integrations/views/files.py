"""Taking over files of data teams in the browser, and handing contracts out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Dataset, Platform
from apps.integrations import operations
from apps.integrations.contracts_written import export_contract
from apps.integrations.queries import platform_of
from apps.integrations.rules_pure.reading import LARGEST, MOST_FILES, Unreadable, unpacked
from apps.integrations.rules_pure.recognising import Recognised, recognise
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.forms import Form
from apps.web.pages import page
from apps.web.responses import render_page

KINDS = [
    ("auto", gettext_lazy("Recognise it by its content")),
    ("dbt", gettext_lazy("dbt: manifest.json, catalog.json, run_results.json, or a zip of them")),
    ("contract", gettext_lazy("Data contract (ODCS 3, YAML or JSON)")),
    ("expectations", gettext_lazy("Great Expectations: validation result")),
    ("dcat", gettext_lazy("DCAT-US catalog (data.json)")),
]
LABELS = {
    "datasets": gettext_lazy("Datasets"),
    "columns": gettext_lazy("Columns"),
    "tests": gettext_lazy("Tests"),
    "rules": gettext_lazy("Quality rules"),
    "results": gettext_lazy("Results"),
    "results_of_tests": gettext_lazy("Results of tests"),
    "results_of_models": gettext_lazy("Results of models"),
    "results_of_others": gettext_lazy("Results of things that are not on record"),
    "validations": gettext_lazy("Validations"),
    "failed": gettext_lazy("Failed"),
    "made_Dataset": gettext_lazy("New datasets"),
    "made_Field": gettext_lazy("New fields"),
    "made_Job": gettext_lazy("New jobs"),
    "made_LineageEdge": gettext_lazy("New lines of lineage"),
    "made_QualityCheck": gettext_lazy("New checks"),
    "made_QualityResult": gettext_lazy("New results"),
}


class SeveralFiles(forms.FileInput):
    """A control for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each by its name."""

    def clean(self, data: Any, initial: Any = None) -> dict[str, bytes]:
        """Return names and contents; what is too large or too many is said."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise forms.ValidationError(_("Choose a file."), code="required")
        if len(given) > MOST_FILES or sum(one.size for one in given) > LARGEST:
            raise forms.ValidationError(_("At most 20 files and 20 MB at once."))
        return {one.name: one.read() for one in given}


class FilesInput(SeveralFiles):
    """Reads every file of the control."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return all files of that name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesForm(Form):
    """What is taken over, and where it belongs."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=KINDS, widget=forms.RadioSelect, initial="auto")
    platform = forms.ModelChoiceField(
        label=gettext_lazy("Platform"), queryset=Platform.objects.none(), to_field_name="key", required=False,
        help_text=gettext_lazy("Where the datasets are kept. Empty: where this dbt project or contract was taken over before."),
    )  # fmt: skip
    dataset = forms.CharField(
        label=gettext_lazy("Dataset"), max_length=20, required=False,
        help_text=gettext_lazy("Its key, for example DST-0012; for Great Expectations."),
    )  # fmt: skip
    files = FilesField(label=gettext_lazy("Files"), widget=FilesInput(attrs={"multiple": True}))
    only_good = forms.BooleanField(
        label=gettext_lazy("Take the good entries although others cannot be taken (DCAT-US)"), required=False
    )

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["platform"].queryset = Platform.objects.visible_to(person).order_by("key")

    def clean(self) -> dict[str, Any]:
        """Ask for the platform or the dataset, whichever the kind needs."""
        cleaned = super().clean() or self.cleaned_data
        known = self._recognised(cleaned)
        if cleaned.get("kind") == "expectations":
            key = cleaned.get("dataset", "").strip().upper()
            cleaned["found"] = Dataset.objects.visible_to(self.person).filter(key=key).first()
            if cleaned["found"] is None:
                self.add_error("dataset", _("There is no dataset %(key)s that you may see.") % {"key": key or "–"})
        elif cleaned.get("kind") not in (None, "auto") and not cleaned.get("platform"):
            cleaned["platform"] = platform_of(self.person, known) if known else None
            if cleaned["platform"] is None and "platform" not in self.errors:
                self.add_error("platform", _("Choose the platform where the datasets are kept."))
        return cleaned

    def _recognised(self, cleaned: dict[str, Any]) -> Recognised | None:
        """Tell what the files are; what cannot be told is only wrong when it was asked for."""
        asked = cleaned.get("kind") == "auto"
        if not cleaned.get("files") or not (asked or not cleaned.get("platform")):
            return None
        try:
            found = recognise(cleaned["files"])
        except Unreadable as problem:
            if asked:
                self.add_error("files", str(problem))
            return None
        cleaned["kind"] = found.kind if asked else cleaned.get("kind")
        return found if found.kind == cleaned["kind"] else None


def take_over(
    request: HttpRequest, cleaned: dict[str, Any], request_key: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Call the operation of a kind, once for each file (dbt: once for all); give what each answered."""
    kind, files = cleaned["kind"], cleaned["files"]
    actor = request.actor  # type: ignore[attr-defined]
    if kind == "dbt":
        found = operations.import_dbt(actor=actor, platform=cleaned["platform"], files=files, request_key=request_key)
        yield ", ".join(files), found
        return
    for name, content in unpacked_or_invalid(files).items():
        given = {"actor": actor, "content": content, "name": name}
        given["request_key"] = f"{request_key} {name}" if request_key else None
        try:
            if kind == "contract":
                found = operations.import_contract(platform=cleaned["platform"], **given)
            elif kind == "expectations":
                found = operations.import_expectations(dataset=cleaned["found"], **given)
            else:
                only_good = cleaned["only_good"]
                found = operations.import_dcat(platform=cleaned["platform"], only_good=only_good, **given)
        except Invalid as problem:
            raise Invalid({"files": [_of_file(name, text) for text in problem.problems.get("files", [])]}) from None
        yield name, found


def unpacked_or_invalid(files: dict[str, bytes]) -> dict[str, bytes]:
    """Open archives; one that cannot be opened is a mistake in what was chosen."""
    try:
        return unpacked(files)
    except Unreadable as problem:
        raise Invalid({"files": [str(problem)]}) from None


def _of_file(name: str, text: str) -> str:
    return text if text.startswith(name) else f"{name}: {text}"


@page(permission=Permission.INTEGRATIONS_INTAKE_SEND)
def files(request: HttpRequest) -> HttpResponse:
    """Take files over, and say what was read and made."""
    bound = request.method == "POST"
    initial = {"kind": request.GET.get("kind", "auto"), "dataset": request.GET.get("dataset", "")}
    form = FilesForm(
        request.POST if bound else None, request.FILES if bound else None, initial=initial, person=request.user
    )
    answers: list[Any] = []
    if bound and form.is_valid():
        with form.problems():
            # What was taken over before a bad file stays, and is said.
            for answer in take_over(request, form.cleaned_data, form.request_key):
                answers.append(answer)
    shown = [
        {
            "name": name,
            "counts": [(LABELS[key], value) for key, value in found.items() if key in LABELS],
            "refused": found.get("refused", []),
            "unchanged": not any(value for key, value in found.items() if key.startswith("made_")),
            "silent": found.get("changed_without_new_version"),
        }
        for name, found in answers
    ]
    return render_page(request, "integrations/files.html", {"form": form, "answers": shown}, status=form.status)


@page(permission=Permission.CATALOG_DATASET_BROWSE, methods=("GET",))
def contract(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out a dataset's contract (ODCS 3.1)."""
    dataset = get_object_or_404(
        Dataset.objects.visible_to(request.user).select_related("owner", "steward", "department"), key=key
    )
    text = export_contract(actor=request.actor, dataset=dataset)
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{dataset.key}.odcs.yaml"'
    return response
