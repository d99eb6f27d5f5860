"""The edge: policies that cannot be forgotten, headers, and errors that tell no secrets."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from apps.web import errors
from apps.web.middleware import PolicyMiddleware
from apps.web.pages import ListPage, public
from apps.web.tables import Table

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def client(db):
    return Client(raise_request_exception=False)


def test_every_answer_carries_its_headers(client):
    answer = client.get("/kit/", headers={"X-Correlation-Id": "forged", "X-Request-Id": "forged"})
    assert re.fullmatch(r"[0-9a-f-]{36}", answer["X-Correlation-Id"])
    assert answer["Cache-Control"] == "no-store"
    assert {"HX-Request", "HX-Request-Type", "Cookie"} <= set(answer["Vary"].split(", "))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "data:" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_carry_no_inline_style_or_script(client):
    shown = client.get("/kit/").content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", shown)


def test_a_view_without_a_policy_is_closed():
    request = RequestFactory().get("/")
    request.user = None
    answer = PolicyMiddleware(HttpResponse).process_view(request, lambda request: HttpResponse(), (), {})
    assert answer.status_code == 403


def test_a_list_without_a_permission_does_not_import():
    with pytest.raises(TypeError):
        type("Bare", (ListPage,), {"table": Table})
    with pytest.raises(TypeError):
        public(reason=" ")


def test_a_problem_in_place_leaves_the_page_as_it_is(client):
    answer = client.get("/kit/?problem=1", headers=HTMX)
    assert answer.status_code == 409 and answer["HX-Retarget"] == "#problem"
    assert "<html" not in answer.content.decode() and answer["X-Correlation-Id"] in answer.content.decode()
    silent = client.get("/kit/?problem=1", headers=HTMX | {"Gatehouse-Background": "1"})
    assert silent["HX-Reswap"] == "none"


def test_other_methods_are_refused_with_the_ones_that_are_offered(client):
    answer = client.put("/kit/")
    assert answer.status_code == 405 and answer["Allow"] == "GET, POST"
    assert "This cannot be done here" in answer.content.decode()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_writes_from_other_sites_are_refused(client, site):
    assert client.post("/kit/", headers={"Sec-Fetch-Site": site}).status_code == 403


def test_a_fault_is_told_even_when_the_header_cannot_be_drawn(monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the database is away: secret")

    monkeypatch.setattr(errors, "render", broken)
    answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode() and "secret" not in answer.content.decode()
