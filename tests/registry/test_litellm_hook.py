"""The file that stands in a LiteLLM proxy: no name of a bound, form of a tool or place of a text gets by it."""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from pathlib import Path

import pytest

from apps.registry.rules_pure import masking

from .test_call_decisions import (  # noqa: F401
    ai_model,
    app,
    gateway,
    grants,
    guardrail,
    named,
    patient_counters,
    use_case,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"


class HTTPException(Exception):
    """Stands for that of FastAPI."""

    def __init__(self, status_code, detail):
        super().__init__(detail)


def module(name, **content):
    made = types.ModuleType(name)
    made.__dict__.update(content)
    return made


@pytest.fixture
def hook(monkeypatch):
    """The file beside a proxy that is only named, with nobody to fetch bundles."""
    monkeypatch.syspath_prepend(DOCS)
    stands = {"fastapi": {"HTTPException": HTTPException}, "masking": vars(masking), "litellm": {}, "litellm.integrations": {},
              "litellm.integrations.custom_logger": {"CustomLogger": object}}  # fmt: skip
    for name, content in stands.items():
        monkeypatch.setitem(sys.modules, name, module(name, **content))
    monkeypatch.setattr("threading.Thread.start", lambda _self: None)
    spec = importlib.util.spec_from_file_location("litellm_gatehouse", DOCS / "litellm_gatehouse.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def live(hook, monkeypatch, data, answer, call_type="acompletion"):
    asked = []
    monkeypatch.setattr(hook, "ask", lambda _path, document: asked.append(document) or json.dumps(answer))
    return hook.gatehouse._live("claims-app", data, call_type), asked[0]


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens", "max_output_tokens"])
def test_output_tokens_are_asked_about_by_every_name(hook, monkeypatch, name):
    _data, asked = live(hook, monkeypatch, {"model": "urgency", "max_tokens": 1} | {name: 9_000}, {"action": "NONE"})
    assert asked["additional_provider_specific_params"]["max_tokens"] == 9_000


def test_what_a_call_leaves_out_is_bounded_by_the_grant(hook, monkeypatch):
    answer = {"action": "NONE", "obligations": {"max_tokens": 500, "max_temperature": "0.70"}}
    data, _asked = live(hook, monkeypatch, {"model": "urgency"}, answer)
    assert (data["max_tokens"], data["temperature"]) == (500, 0.7)
    data, _asked = live(hook, monkeypatch, {"model": "urgency", "max_completion_tokens": 9}, answer)
    assert "max_tokens" not in data
    data, _asked = live(hook, monkeypatch, {"model": "urgency"}, answer, "aresponses")
    assert data["max_output_tokens"] == 500
    data, _asked = live(hook, monkeypatch, {"model": "urgency"}, answer, "aembedding")
    assert data == {"model": "urgency"}


def test_the_portal_tells_obligations_to_whoever_keeps_to_them(client, grants, gateway, named):  # noqa: F811
    grants(max_tokens=500)
    asked = {"additional_provider_specific_params": {"environment": "test", "obligations": True}}
    assert guardrail(client, gateway, **asked).json()["obligations"]["max_tokens"] == 500
    assert guardrail(client, gateway).json() == {"action": "NONE"}


SECRET = "anna@example.org"


@pytest.mark.parametrize(
    "data",
    [
        {"prompt": SECRET}, {"prompt": [SECRET]}, {"input": SECRET}, {"input": [SECRET]}, {"instructions": SECRET},
        {"system": [{"type": "text", "text": SECRET}]}, {"messages": [{"role": "user", "content": SECRET}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": SECRET}]}]},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": SECRET}]}]},
        {"input": [{"type": "function_call_output", "call_id": "c", "output": SECRET}]},
    ],
)  # fmt: skip
def test_texts_are_masked_wherever_they_stand(hook, monkeypatch, data):
    masked = {"action": "GUARDRAIL_INTERVENED", "texts": ["[e-mail address]"]}
    data, asked = live(hook, monkeypatch, data, masked)
    assert asked["texts"] == [SECRET] and SECRET not in json.dumps(data)


def test_tools_of_every_form_are_asked_about(hook, monkeypatch):
    data = {"tools": [{"type": "web_search"}], "functions": [{"name": "delete_all"}]}
    assert [hook.name_of(one) for one in hook.tools(data)] == ["web_search", "delete_all"]
    _data, asked = live(hook, monkeypatch, data, {"action": "NONE"})
    assert asked["tools"][1] == {"type": "function", "function": {"name": "delete_all"}}


def test_alone_it_keeps_to_the_same_bounds(hook, monkeypatch):
    asked = []
    granted = {"decision": True, "obligations": {"max_tokens": 500, "data_categories": []}}
    monkeypatch.setattr(hook.gatehouse.bundles, "decide", lambda _alias, question: asked.append(question) or granted)
    data = {"model": "urgency", "input": SECRET, "tools": [{"type": "web_search"}]}
    done = hook.gatehouse._alone("claims-app", data, "aresponses")
    assert asked[0]["tools"] == ["web_search"]
    assert done["input"] == "[e-mail address]" and done["max_output_tokens"] == 500
