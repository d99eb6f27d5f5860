"""Let a LiteLLM proxy ask Gatehouse before each call, and go on by a signed bundle while Gatehouse is away.

In the proxy's configuration:

    litellm_settings:
      callbacks: litellm_gatehouse.gatehouse

Beside this file lie `verify_model_bundle.py` and, where texts are to be masked while Gatehouse is away, its `masking.py`
(apps/registry/rules_pure/masking.py). The environment says where: GATEHOUSE_URL, GATEHOUSE_TOKEN (of the gateway's service
identity, scope registry.access.evaluate), GATEHOUSE_SERVICE (the service identities whose bundles are kept, with commas;
"all": everybody's that the token may take), GATEHOUSE_ENVIRONMENT (production), GATEHOUSE_BUNDLE_EVERY (seconds between
bundles, 60), GATEHOUSE_CALL_COST (what a call may cost at most, in the currency of the grants: reserved of a budget until
what it did cost is reported). The alias of a virtual key is the name of a service identity, or the key of a grant.

While Gatehouse answers, it decides: bounds, rate, budget, and which words are masked. While it does not, the bundle does:
a grant that is closed lets nothing through, one that is `last_known` goes on until the bundle is too old. Nothing else does.
What was decided alone is reported as soon as Gatehouse is back; until then it is kept in this process only.
"""

import asyncio
import collections
import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timezone

import verify_model_bundle as bundles
from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger

try:
    import masking
except ImportError:
    masking = None

URL = os.environ.get("GATEHOUSE_URL", "http://127.0.0.1:8000").rstrip("/")
TOKEN = os.environ.get("GATEHOUSE_TOKEN", "")
SERVICES = [name for name in os.environ.get("GATEHOUSE_SERVICE", "").split(",") if name]
ENVIRONMENT = os.environ.get("GATEHOUSE_ENVIRONMENT", "production")
EVERY = float(os.environ.get("GATEHOUSE_BUNDLE_EVERY", "60"))
CALL_COST = os.environ.get("GATEHOUSE_CALL_COST", "")
PATIENCE = 2.0
# After Gatehouse did not answer it is asked again only after so many seconds: nobody waits for it meanwhile.
PAUSE = 2.0
# What the categories of masking.py are; without that file only a grant that covers them goes on alone.
MASKED = {"personal", "financial"}


class Away(Exception):
    """Gatehouse did not answer."""


class Refused(Exception):
    """Gatehouse answered, and not with what was asked for."""


def ask(path, document=None):
    """Ask Gatehouse. No answer, or that of a server that is broken, is Away; a refusal of the question is Refused."""
    body = None if document is None else json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "x-api-key": TOKEN, "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, body, headers)  # noqa: S310  (the address is the operator's)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return answer.read().decode()
    except urllib.error.HTTPError as problem:
        if problem.code >= 500:
            raise Away(str(problem)) from problem
        raise Refused(problem.read(2000).decode(errors="replace")) from problem
    except (urllib.error.URLError, OSError, ValueError) as problem:
        raise Away(str(problem)) from problem


class Bundles:
    """The newest bundle of each service, fetched again and again beside the calls, and what was decided by them."""

    def __init__(self):
        self.kept, self.keys, self.counters = {}, None, bundles.Counters()
        self.told, self.spent = collections.deque(maxlen=100_000), collections.deque(maxlen=100_000)
        threading.Thread(target=self._fetch, daemon=True).start()

    def _fetch(self):
        while True:
            for step in (self._read, self._tell):
                try:
                    step()
                except (Away, Refused, bundles.Untrusted, ValueError):
                    # The bundles that are kept count until they are too old; what is to be told stays.
                    continue
            time.sleep(EVERY)

    def _read(self):
        self.keys = self.keys or json.loads(ask("/access/v1/keys"))
        for name in SERVICES:
            query = "all=1" if name == "all" else urllib.parse.urlencode({"service": name})
            self.kept[name] = bundles.read_bundle(ask(f"/api/v1/model-access/bundle?{query}"), self.keys)

    def _tell(self):
        for kept, name in ((self.told, "calls"), (self.spent, "usage")):
            while kept:
                some = list(kept)[:500]
                ask(f"/api/v1/model-access/{name}", {name: some})
                for _one in some:
                    kept.popleft()

    def decide(self, alias, question):
        """Return the first yes of the caller's grants that go on alone, else the last no; keep it to be told."""
        answer = {"decision": False, "reason": "there is no grant that goes on without it", "code": "away", "grant": ""}
        number = ""
        for claims in list(self.kept.values()):
            number = claims["jti"]
            for grant in claims["grants"]:
                mine = alias.upper() == grant["grant"] or alias == grant["subject"]["name"]
                if not mine or question["model"] not in grant["names"]:
                    continue
                if grant["fail_mode"] != "last_known":
                    answer |= {"reason": f"{grant['grant']} is closed while Gatehouse is away", "grant": grant["grant"]}
                    continue
                answer = bundles.decide(
                    claims | {"grants": [grant]}, question | {"grant": grant["grant"], "subject": grant["subject"]},
                    time.time(), self.counters,
                )  # fmt: skip
                if answer["decision"]:
                    break
            if answer["decision"]:
                break
        self.told.append({
            "id": str(uuid.uuid4()), "at": datetime.now(timezone.utc).isoformat(), "decision": answer["decision"],  # noqa: UP017
            "grant": answer["grant"], "model": question["model"][:200], "environment": ENVIRONMENT,
            "code": answer["code"], "bundle": number, "cost": str(answer.get("cost") or 0),
        })  # fmt: skip
        return answer


class Gatehouse(CustomLogger):
    """Asked by the proxy before each call."""

    def __init__(self):
        super().__init__()
        self.bundles, self.away_until = Bundles(), 0.0

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        """Let a call through, with other words where they are masked, or refuse it."""
        alias = getattr(user_api_key_dict, "key_alias", None) or ""
        if time.monotonic() >= self.away_until:
            try:
                return await asyncio.to_thread(self._live, alias, data, call_type)
            except Away:
                self.away_until = time.monotonic() + PAUSE
        return await asyncio.to_thread(self._alone, alias, data, call_type)

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        """Keep what a call did cost, to be reported."""
        cost, number = kwargs.get("response_cost"), kwargs.get("litellm_call_id")
        if CALL_COST and cost is not None and number:
            self.bundles.spent.append({"call_id": number, "cost": f"{cost:.8f}"})

    def _live(self, alias, data, call_type):
        texts, said = places(data), parameters(data)
        said |= {"max_cost": CALL_COST} if CALL_COST else {}
        document = {
            "input_type": "request", "model": data.get("model", ""), "texts": [inner[name] for inner, name in texts],
            "litellm_call_id": data.get("litellm_call_id", ""), "request_data": {"user_api_key_alias": alias},
            "tools": tools(data), "images": images(data),
            "additional_provider_specific_params": {"environment": ENVIRONMENT, "obligations": True, **said},
        }  # fmt: skip
        try:
            answer = json.loads(ask("/beta/litellm_basic_guardrail_api", document))
        except Refused as problem:
            raise HTTPException(400, f"Gatehouse could not read this call: {problem}") from problem
        if answer["action"] == "BLOCKED":
            raise HTTPException(403, answer["blocked_reason"])
        if answer["action"] == "GUARDRAIL_INTERVENED":
            for (inner, name), text in zip(texts, answer["texts"], strict=True):
                inner[name] = text
        return kept(data, answer.get("obligations") or {}, call_type)

    def _alone(self, alias, data, call_type):
        question = {
            "model": data.get("model", ""),
            "environment": ENVIRONMENT,
            "tools": [name_of(tool) for tool in tools(data)],
            "modalities": ["text", "image"] if images(data) else ["text"],
        }
        question |= {"cost": CALL_COST} if CALL_COST else {}
        answer = self.bundles.decide(alias, question | parameters(data))
        if not answer["decision"]:
            raise HTTPException(403, f"Gatehouse is away: {answer['reason']}")
        covered = set(answer["obligations"]["data_categories"])
        if masking is None and not covered >= MASKED:
            raise HTTPException(403, "Gatehouse is away, and nothing here can mask what the grant does not cover.")
        for inner, name in places(data):
            if masking is not None and not masking.found_in(inner[name]) <= covered:
                inner[name] = masking.masked(inner[name])
        return kept(data, answer["obligations"], call_type)


# Output tokens go by three names, of which the largest counts.
TOKENS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def parameters(data):
    """Return what a call says of its bounds."""
    tokens = [data[name] for name in TOKENS if data.get(name) is not None]
    said = {"max_tokens": max(tokens)} if tokens and all(isinstance(one, int) for one in tokens) else {}
    if tokens and not said:
        raise HTTPException(400, "The number of output tokens is no whole number.")
    return said | ({"temperature": data["temperature"]} if data.get("temperature") is not None else {})


def kept(data, obligations, call_type):
    """Put the bounds of the grant where a call says nothing of them: what was not asked about is kept to here."""
    tokens, heat = obligations.get("max_tokens"), obligations.get("max_temperature")
    call_type = str(call_type or "")
    name = "max_output_tokens" if "responses" in call_type else "max_tokens"
    if "completion" not in call_type and "responses" not in call_type and "messages" not in call_type:
        return data
    if tokens is not None and all(data.get(one) is None for one in TOKENS):
        data[name] = tokens
    if heat is not None and data.get("temperature") is None:
        data["temperature"] = float(heat)
    return data


def tools(data):
    """Return the tools of a call, those of the old form as well."""
    old = [{"type": "function", "function": one} for one in data.get("functions") or []]
    return [*(data.get("tools") or []), *old]


def name_of(tool):
    """Return the name that a grant knows a tool by; one that the provider runs itself goes by its kind."""
    described = tool if isinstance(tool, dict) else {}
    function = described.get("function")
    names = [function.get("name")] if isinstance(function, dict) else [described.get("name"), described.get("type")]
    return next((name for name in names if isinstance(name, str) and name), "(unnamed tool)")


def messages(data):
    """Return the parts of a call that hold words or pictures: messages, and what the address for responses calls input."""
    return [one for name in ("messages", "input") for one in listed(data.get(name)) if isinstance(one, dict)]


def listed(found):
    """Return a list as it is, and an empty one for anything else."""
    return found if isinstance(found, list) else []


def places(data):
    """Return where the texts of a call stand, as pairs of what holds them and the name or number there."""
    found = [(data, name) for name in ("prompt", "input", "instructions", "system") if isinstance(data.get(name), str)]
    for name in ("prompt", "input"):
        several = listed(data.get(name))
        found += [(several, number) for number, one in enumerate(several) if isinstance(one, str)]
    for message in messages(data):
        found += [(message, name) for name in ("content", "output", "text") if isinstance(message.get(name), str)]
        found += _texts(message.get("content"))
    return found + _texts(data.get("system"))


def _texts(parts):
    return [(part, "text") for part in listed(parts) if isinstance(part, dict) and isinstance(part.get("text"), str)]


def images(data):
    """Return the kinds of parts that are no text."""
    parts = [part for message in messages(data) for part in listed(message.get("content")) if isinstance(part, dict)]
    return [str(part.get("type")) for part in parts if part.get("type") not in TEXTS]


TEXTS = ("text", "input_text", "output_text")

gatehouse = Gatehouse()
