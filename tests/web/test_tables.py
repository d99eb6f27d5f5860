"""Tables, filters and exports: what people type into addresses and cells does no harm."""

import base64
import json

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from apps.web.exports import DANGEROUS, csv_lines, harmless
from apps.web.filters import Facet, Filters, Search
from apps.web.gallery import SAMPLES, SampleFilters, SampleTable
from apps.web.tables import decode_cursor


def request(query=""):
    return RequestFactory().get(f"/systems/?{query}")


@pytest.mark.parametrize("begin", [*DANGEROUS, " =", "\u00a0=", "\ufeff="])
def test_it_lets_no_cell_become_a_formula(begin):
    assert harmless(f"{begin}cmd()").startswith("'")


@given(st.text())
def test_it_keeps_every_cell_as_text(text):
    shown = harmless(text)
    assert not shown.startswith(DANGEROUS)


def test_it_leaves_numbers_numbers():
    assert harmless(-3) == -3 and harmless(None) is None


def test_a_csv_begins_with_the_mark_of_utf8():
    lines = list(csv_lines(["Name"], [["=1+1"], [None]]))
    assert "".join(lines) == '\ufeffName\r\n\'=1+1\r\n""\r\n'


@given(st.text(max_size=80))
def test_no_cursor_of_others_is_a_fault(text):
    decode_cursor(text)


@pytest.mark.parametrize("inner", [[1], {}, [None, 3], [[1], "x"], ["\x00", "x"], "x", None])
def test_a_crafted_cursor_is_none(inner):
    assert decode_cursor(base64.urlsafe_b64encode(json.dumps(inner).encode()).decode().rstrip("=")) is None


def test_it_escapes_what_rows_carry():
    shown = SampleTable(request()).render(SAMPLES)
    assert "&lt;b&gt;Markup&lt;/b&gt; &amp; signs" in shown
    assert '<a href="#AIS-0001">AIS-0001</a>' in shown


def test_it_sorts_by_its_own_columns_only():
    assert (SampleTable(request("sort=-name")).order, SampleTable(request("sort=-name")).descending) == ("name", True)
    assert SampleTable(request("sort=password")).order == "key"
    assert SampleTable(request("sort=stage")).order == "key"


def test_a_sorted_head_offers_the_other_direction():
    heads = {head["column"].name: head for head in SampleTable(request("sort=name&after=x")).headers()}
    assert heads["name"]["direction"] == "ascending" and heads["name"]["url"] == "?sort=-name"
    assert heads["stage"]["url"] == ""


def test_it_ignores_filters_that_nobody_offered():
    filters = SampleFilters(request("stage=pilot&stage=' OR 1=1&colour=red&q=%00x"))
    assert filters.chosen == {"stage": ["pilot"]} and filters.text == "x"


def test_each_tag_leads_to_the_list_without_it():
    filters = SampleFilters(request("stage=pilot&stage=idea&q=claims&after=x&sort=name"))
    urls = {tag["label"]: tag["url"] for tag in filters.tags()}
    assert urls["Stage: Pilot"] == "?stage=idea&q=claims&sort=name"
    assert urls["“claims”"] == "?stage=pilot&stage=idea&sort=name"


def test_choices_may_depend_on_who_asks():
    class Narrow(Filters):
        search = Search("name")
        facets = (Facet("department", "Department", lambda asked: [(asked.path, "Mine")]),)

    assert Narrow(request("department=%2Fsystems%2F")).chosen == {"department": ["/systems/"]}
