"""Forms: what is missing is named, what was typed stays, a refusal is an error of the form."""

import pytest

from apps.kernel.decision import Denied
from apps.kernel.errors import Conflict, Invalid, Missing, Refused
from apps.web.gallery import SampleForm

GOOD = {"name": "N", "purpose": "P", "stage": "idea", "affected": "yes", "agreed": "on", "submission": "key"}


def test_it_names_what_is_missing_and_leads_there():
    form = SampleForm({})
    assert form.error_items == [
        ("id_name", "Fill in “Name”."),
        ("id_purpose", "Fill in “Purpose”."),
        ("id_stage", "Choose an answer for “Stage”."),
        ("id_affected_0", "Choose an answer for “Does it decide about people?”."),
        ("id_agreed", "Tick “I have read the conditions”."),
    ]
    assert form.status == 422


def test_hint_error_and_count_belong_to_the_control():
    form = SampleForm({}, prefix="one")
    assert form["name"].field.widget.attrs["aria-describedby"] == "id_one-name_hint id_one-name_error"
    assert form["purpose"].field.widget.attrs["aria-describedby"] == "id_one-purpose_error id_one-purpose_count"
    assert 'aria-invalid="true"' in str(form["name"])


@pytest.mark.parametrize(
    ("problem", "status", "field"),
    [
        (Invalid({"name": ["Taken."]}), 422, "name"),
        (Invalid({"no_field": ["Odd."]}), 422, "__all__"),
        (Conflict("Somebody was faster."), 409, "__all__"),
        (Refused(Denied("You proposed it.")), 403, "__all__"),
    ],
)
def test_what_an_operation_objects_to_becomes_an_error(problem, status, field):
    form = SampleForm(GOOD)
    assert form.is_valid() and form.request_key == "key"
    with form.problems():
        raise problem
    assert field in form.errors and form.status == status
    assert form["purpose"].value() == "P"


def test_what_is_not_there_is_no_error_of_the_form():
    form = SampleForm(GOOD)
    assert form.is_valid()
    with pytest.raises(Missing), form.problems():
        raise Missing()
