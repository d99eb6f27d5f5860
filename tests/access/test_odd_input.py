"""Odd addresses and parameters: an answer for people or programs, never a fault of ours, never a word of the database."""

from __future__ import annotations

import pytest
from django.test import Client

from .routes import all_routes
from .samples import values_for
from .test_matrix import relations, render_once

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
__all__ = ["render_once"]

QUERIES = (
    {"sort": "password", "after": "x", "q": "\x00'\";--", "limit": "-1", "cursor": "'", "export": "exe"},
    {"sort": "-id__in", "after": "WzEsMl0", "page": "0", "limit": "1e9", "cursor": "W10", "stage": ["x", "'"]},
    {"sort": "department__path;select 1", "after": "bnVsbA", "q": "%" * 500, "limit": "abc", "state": "\u202e"},
)
ODD = {"key": "AIS-0000", "number": "999999999", "subject_type": "no.such", "actor_id": "nobody"}
ABSENT = "00000000-0000-7000-8000-000000000000"


def _get(world, route, path, query=None):
    headers = {"Authorization": f"Bearer {world.tokens['lead']}"} if route.is_api else {}
    client = Client() if route.is_api else world.clients["lead"]
    client.raise_request_exception = False
    return client.get(path, query or {}, headers=headers)


def _readable(route):
    return "GET" in route.methods and (route.is_api or not getattr(route.policy, "public", False))


@pytest.mark.parametrize("query", QUERIES)
def test_odd_parameters_are_no_fault_of_ours(query, world, render_once):
    for route in filter(_readable, all_routes()):
        answer = _get(world, route, route.path(values_for(route, world, relations(route)[0])), query)
        assert answer.status_code < 500, f"{route.name} with {query}"


def test_what_is_not_there_answers_404(world, render_once):
    for route in all_routes():
        if not route.parameters or not _readable(route):
            continue
        path = route.path({name: ODD.get(name, ABSENT) for name in route.parameters})
        answer = _get(world, route, path)
        # A trail about nobody, or a page that the lead may not open at all, is an answer too.
        assert answer.status_code in (404, 403) or route.name in ("audit:about", "audit:by"), f"{route.name}: {path}"
