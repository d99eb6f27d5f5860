"""The sentences behind the codes of the reader: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.rules_pure.importing.catalogue import TARGETS
from apps.inventory.rules_pure.importing.sheets import Unreadable
from apps.kernel.errors import Invalid

UNREADABLE = {
    "archive_without_workbook": gettext_lazy("This archive holds no workbook. Save the table as XLSX or CSV and choose that file."),
    "binary": gettext_lazy("This file holds no text that could be a table. Save the table as XLSX or CSV and choose that file."),
    "damaged": gettext_lazy("The workbook is damaged or protected by a password. Open it, save it anew without a password, and choose it again."),
    "empty": gettext_lazy("The file is empty: there is no row in it."),
    "encrypted": gettext_lazy("The workbook is protected by a password. Save it without one and choose it again."),
    "entities": gettext_lazy("The workbook declares entities, which no spreadsheet program writes, so it was not opened."),
    "json": gettext_lazy("This looks like JSON, not like a table. Save the table as XLSX or CSV and choose that file."),
    "markup": gettext_lazy("This looks like a web page, not like a table. Download the file itself, or save the table as XLSX or CSV."),
    "no_such_sheet": gettext_lazy("There is no sheet “%(sheet)s”. The file has: %(sheets)s."),
    "no_such_row": gettext_lazy("There is no row %(row)s: the table ends at row %(rows)s."),
    "not_csv": gettext_lazy("The text cannot be split into rows: %(problem)s."),
    "old_excel": gettext_lazy("This is an old Excel file (.xls) or a protected one. Save it as XLSX without a password and choose it again."),
    "open_quote": gettext_lazy("A quotation mark opens in row %(row)s and never closes, so the rows after it cannot be told apart. Mend that row and choose the file again."),
    "pdf": gettext_lazy("This is a PDF. Ask for the table as XLSX or CSV."),
    "too_large": gettext_lazy("The file is larger than %(most)s MB. Split it and import the parts under the same source."),
    "too_many_columns": gettext_lazy("The table has %(columns)s columns; at most %(most)s can be read."),
    "too_many_rows": gettext_lazy("The table has more than %(most)s rows. Split it and import the parts under the same source."),
    "too_many_sheets": gettext_lazy("The workbook has %(sheets)s sheets; at most %(most)s can be read."),
    "unknown_encoding": gettext_lazy("There is no encoding called “%(encoding)s”."),
    "unpacks_too_large": gettext_lazy("The workbook unpacks to more than %(most)s MB, so it was not opened."),
}  # fmt: skip

NOTICES = {
    "nul_bytes": gettext_lazy("%(count)s NUL characters were left out."),
    "replacement_characters": gettext_lazy(
        "%(count)s characters were lost before the file came here (they show as �)."
    ),
    "stray_quotes": gettext_lazy(
        "Some quotation marks are not doubled as they should be; they were kept as they stand."
    ),
    "uncalculated": gettext_lazy("%(count)s formulas have no stored value; their own text is shown instead."),
    "undecodable": gettext_lazy("Some characters do not exist in the encoding %(encoding)s; they show as �."),
}

REASONS = {
    "answer_unread": gettext_lazy("“%(text)s” could not be read as an answer; the words are kept."),
    "already_here": gettext_lazy("Row %(row)s already describes this system (same id or name in the same unit)."),
    "already_here_named": gettext_lazy("Row %(row)s has the same id but another name (“%(name)s”). If this is another system, give it an id of its own."),
    "date_ambiguous": gettext_lazy("“%(text)s” may be read in two ways; only what is certain was read, the words are kept."),
    "date_unread": gettext_lazy("“%(text)s” could not be read as a date; the words are kept."),
    "email_unread": gettext_lazy("“%(text)s” is no e-mail address; the words are kept."),
    "id_unusable": gettext_lazy("The id is longer than %(most)s characters or begins with “name:”."),
    "likely_match": gettext_lazy("It sounds like %(system)s (%(likeness)s of 100). Say whether it is the same."),
    "linked": gettext_lazy("Said to be the same as %(system)s: linked to it, nothing created."),
    "list_unread": gettext_lazy("“%(text)s” could not be taken apart as a list; the words are kept."),
    "name_missing": gettext_lazy("There is no name. Every system needs one."),
    "name_shortened": gettext_lazy("The name is longer than %(most)s characters; it was cut, the full words are kept."),
    "no_place": gettext_lazy("The row names no organisation, and no department was chosen for it."),
    "owner_left": gettext_lazy("%(email)s has left; the system has no owner until one is named."),
    "refused": gettext_lazy("%(because)s"),
    "secret": gettext_lazy("The cell looks like %(kind)s. Take it out at the source, change the secret, and import again; its text is not shown here."),
    "told_apart": gettext_lazy("It sounds like %(system)s; a person said that it is another system."),
    "too_many_cells": gettext_lazy("The row has %(cells)s cells, the header %(columns)s: a text may hold a delimiter without quotation marks."),
    "unknown_department": gettext_lazy("There is no department “%(path)s”."),
    "changed": gettext_lazy("Changed: %(fields)s."),
}  # fmt: skip

FIELD_LABELS = {
    "external_id": gettext_lazy("Id at the source"), "name": gettext_lazy("Name"), "organisation": gettext_lazy("Organisation"),
    "organisation_code": gettext_lazy("Organisation's code"), "unit": gettext_lazy("Unit"), "subunit": gettext_lazy("Unit within the unit"),
    "summary": gettext_lazy("What it does"), "problem": gettext_lazy("Problem or purpose"), "benefit": gettext_lazy("Benefit"),
    "benefit_measure": gettext_lazy("How the benefit is measured"), "outputs": gettext_lazy("Outputs"), "people_affected": gettext_lazy("People affected"),
    "intended_users": gettext_lazy("Who uses it"), "human_involvement": gettext_lazy("Human involvement"), "regulation": gettext_lazy("Laws and rules"),
    "stage": gettext_lazy("Stage reported"), "high_impact": gettext_lazy("High-impact reported"), "high_impact_reason": gettext_lazy("Why high-impact or not"),
    "topic": gettext_lazy("Topic"), "classification": gettext_lazy("Kind of AI"), "started_on": gettext_lazy("In use since"), "retired_on": gettext_lazy("Retired on"),
    "last_reviewed_on": gettext_lazy("Last reviewed"), "sourcing": gettext_lazy("Built or bought"), "vendor": gettext_lazy("Vendor"),
    "training_data": gettext_lazy("Data"), "data_link": gettext_lazy("Link to the data"), "personal_data": gettext_lazy("Personal data"),
    "privacy_link": gettext_lazy("Privacy assessment"), "demographics": gettext_lazy("Demographic features"), "custom_code": gettext_lazy("Own code"),
    "code_link": gettext_lazy("Link to the code"), "ato": gettext_lazy("Authorisation to operate there"), "ato_system": gettext_lazy("System named there"),
    "testing": gettext_lazy("Testing reported"), "impact_assessment": gettext_lazy("Impact assessment reported"),
    "potential_impacts": gettext_lazy("Potential impacts"), "independent_review": gettext_lazy("Independent review reported"),
    "monitoring": gettext_lazy("Monitoring reported"), "operator_training": gettext_lazy("Training of operators reported"),
    "fail_safe": gettext_lazy("Fail-safe reported"), "appeal": gettext_lazy("Appeal reported"), "feedback": gettext_lazy("Feedback of users"),
    "withheld": gettext_lazy("Withheld from the public"), "owner_email": gettext_lazy("Owner's e-mail (becomes the owner)"),
    "contact_email": gettext_lazy("Contact's e-mail (becomes an expected person)"), "owner_name": gettext_lazy("Owner's name"),
    "contact_name": gettext_lazy("Contact's name"),
}  # fmt: skip

assert set(FIELD_LABELS) == {target.key for target in TARGETS}  # noqa: S101 - every field has its label


def say(code: str, values: Mapping[str, Any], table: Mapping[str, Any] = REASONS) -> str:
    """Return the sentence of a code."""
    template = str(table.get(code, code))
    try:
        return template % dict(values)
    except (KeyError, ValueError, TypeError):
        return template


def reason_text(reason: Mapping[str, Any]) -> str:
    """Return a stored reason as a sentence, with the column it is about."""
    sentence = say(str(reason["code"]), reason.get("values") or {})
    column = reason.get("column")
    return _("%(column)s: %(sentence)s") % {"column": column, "sentence": sentence} if column else sentence


def notice_text(notice: Mapping[str, Any]) -> str:
    """Return a stored notice about the whole file as a sentence."""
    return say(str(notice["code"]), notice.get("values") or {}, NOTICES)


def why_guessed(guess: Mapping[str, Any]) -> str:
    """Return in words why a column is taken for a field."""
    kind, _colon, detail = str(guess.get("reason", "")).partition(":")
    if kind == "words":
        return _("the header says “%(words)s”") % {"words": detail}
    if kind == "values":
        said = {
            "abbreviation": _("its values stand for another column's"),
            "distinct": _("its values are short and all different"),
            "nesting": _("its values lie within another column's"),
        }
        return said.get(detail, _("its values look like it"))
    return _("chosen by a person") if kind == "chosen" else ""


def unreadable(problem: Unreadable, field: str = "file") -> Invalid:
    """Turn the reader's refusal into the operation's."""
    return Invalid({field: [say(problem.code, problem.values, UNREADABLE)]})
