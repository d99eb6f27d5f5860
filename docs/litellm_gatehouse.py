"""Let a LiteLLM proxy ask Gatehouse before each call, and go on by a signed bundle while Gatehouse is away.

In the proxy's configuration:

    litellm_settings:
      callbacks: litellm_gatehouse.gatehouse

Beside this file lies `verify_model_bundle.py`. The environment says where: GATEHOUSE_URL, GATEHOUSE_TOKEN (of the gateway's
service identity, scope registry.access.evaluate), GATEHOUSE_SERVICE (the service identity or system whose bundle is kept;
"all": everybody's that the token may take), GATEHOUSE_ENVIRONMENT (production). The alias of a virtual key is the name of a
service identity, or the key of a grant.

While Gatehouse answers, it decides: bounds, rate, budget, and which words are masked. While it does not, the bundle does:
a grant that is closed lets nothing through, one that is `last_known` goes on until the bundle is too old. Nothing else does.
"""

import asyncio
import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import verify_model_bundle as bundles
from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger

URL = os.environ.get("GATEHOUSE_URL", "http://127.0.0.1:8000").rstrip("/")
TOKEN = os.environ.get("GATEHOUSE_TOKEN", "")
SERVICES = [name for name in os.environ.get("GATEHOUSE_SERVICE", "").split(",") if name]
ENVIRONMENT = os.environ.get("GATEHOUSE_ENVIRONMENT", "production")
EVERY = float(os.environ.get("GATEHOUSE_BUNDLE_EVERY", "60"))
PATIENCE = 2.0


class Away(Exception):
    """Gatehouse did not answer."""


def ask(path, document=None):
    """Ask Gatehouse; anything but an answer is Away."""
    body = None if document is None else json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, OSError, ValueError) as problem:
        raise Away(str(problem)) from problem


class Bundles:
    """The newest bundle of each service, fetched again and again beside the calls."""

    def __init__(self):
        self.kept, self.keys, self.counters = {}, None, bundles.Counters()
        threading.Thread(target=self._fetch, daemon=True).start()

    def _fetch(self):
        while True:
            try:
                self.keys = self.keys or json.loads(ask("/access/v1/keys"))
                for name in SERVICES:
                    query = "all=1" if name == "all" else urllib.parse.urlencode({"service": name})
                    text = ask(f"/api/v1/model-access/bundle?{query}")
                    self.kept[name] = bundles.read_bundle(text, self.keys)
            except (Away, bundles.Untrusted):
                pass
            time.sleep(EVERY)

    def decide(self, question):
        """Return the first yes of the bundles, else the last no."""
        answer = {"decision": False, "reason": "Gatehouse is away, and there is no bundle."}
        for claims in list(self.kept.values()):
            answer = bundles.decide(claims, question, time.time(), self.counters)
            if answer["decision"]:
                break
        return answer


class Gatehouse(CustomLogger):
    """Asked by the proxy before and after each call."""

    def __init__(self):
        super().__init__()
        self.bundles = Bundles()

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        """Let a call through, with other words where they are masked, or refuse it."""
        alias = getattr(user_api_key_dict, "key_alias", None) or ""
        try:
            return await asyncio.to_thread(self._live, alias, data)
        except Away:
            return await asyncio.to_thread(self._alone, alias, data)

    def _live(self, alias, data):
        places = [
            (message, "content") for message in data.get("messages") or [] if isinstance(message.get("content"), str)
        ]
        said = {name: data[name] for name in ("max_tokens",) if isinstance(data.get(name), int)}
        document = {
            "input_type": "request", "model": data.get("model", ""), "texts": [inner[name] for inner, name in places],
            "litellm_call_id": data.get("litellm_call_id", ""), "request_data": {"user_api_key_alias": alias},
            "tools": data.get("tools") or [], "additional_provider_specific_params": {"environment": ENVIRONMENT, **said},
        }  # fmt: skip
        answer = json.loads(ask("/beta/litellm_basic_guardrail_api", document))
        if answer["action"] == "BLOCKED":
            raise HTTPException(403, answer["blocked_reason"])
        if answer["action"] == "GUARDRAIL_INTERVENED":
            for (inner, name), text in zip(places, answer["texts"]):
                inner[name] = text
        return data

    def _alone(self, alias, data):
        question = {"model": data.get("model", ""), "environment": ENVIRONMENT, "max_tokens": data.get("max_tokens")}
        question["temperature"] = data.get("temperature")
        named = [tool["function"]["name"] for tool in data.get("tools") or [] if tool.get("function", {}).get("name")]
        question["tools"], question["modalities"] = named, ["text"]
        if alias.upper().startswith("MGR-"):
            question["grant"] = alias.upper()
        else:
            question["subject"], question["purpose_of_grant"] = {"type": "service", "id": alias}, True
        answer = self.bundles.decide({name: value for name, value in question.items() if value is not None})
        if not answer["decision"]:
            raise HTTPException(403, f"Gatehouse is away: {answer['reason']}")
        return data


gatehouse = Gatehouse()
