"""Check a bundle of model grants and decide with it, without the portal: plain Python with the package `cryptography`.

    python verify_model_bundle.py bundle.jws keys.json question.json

`bundle.jws` is what /api/v1/model-access/bundle answered, `keys.json` what /access/v1/keys did (fetch it once, keep it
safe), `question.json` a question as below. Exit code 0: allowed; 1: refused, with the reason; 2: the bundle is not to be
trusted. A gateway copies this file, keeps one `Counters` in its process, and calls

    bundle = read_bundle(text, keys)                    # once for each bundle it fetches
    answer = decide(bundle, question, now, counters)    # before each call
    counters.settle(answer, actual_cost)                # after it, where a cost was estimated

A question is a dictionary: `subject` {"type": "system" | "service" | "person", "id": id or name; not needed in a bundle
of one subject}, `model` (any of the names in the grant), and either `grant` (a gateway that knows whose key it is) or
`environment` and `purpose`; as far as known also `use_case`, `region`, `max_tokens`, `temperature`, `tools`,
`modalities`, `data_level`, `data_categories`, `cost` (an estimate). What else a question leaves out is not checked but
told as an obligation: the gateway must keep to it. An answer is a dictionary: `decision`, `code`, `reason`, `grant`, `obligations`.
"""

import base64
import json
import sys
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TYPE = "gatehouse-model-grants+jwt"
LEVELS = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}


class Untrusted(Exception):
    """The bundle is no bundle of ours."""


class Counters:
    """Calls and money of this process, counted in one step each; a gateway of several processes needs shared ones."""

    def __init__(self):
        self.lock = threading.Lock()
        self.calls, self.spent = {}, {}

    def use(self, grant, bundle, cost, now):
        """Count one call and its cost if both fit; return ("", what is left) or the name of what is used up."""
        rate, budget = grant["rate"], grant["budget"]
        with self.lock:
            left = {}
            if rate:
                window = int(now // rate["window"])
                begun, used = self.calls.get(grant["grant"], (window, 0))
                used = used if begun == window else 0
                if used >= rate["limit"]:
                    return "rate", {"retry_after": int((window + 1) * rate["window"] - now) + 1}
                left["calls"] = rate["limit"] - used - 1
            if budget:
                period = period_of(budget["period"], now)
                # What is left by the portal's books when the bundle was made; nothing is spent yet in a newer period.
                there = Decimal(budget["remaining"] if period == budget["period_name"] else budget["amount"])
                own, ours = (grant["grant"], period), (grant["grant"], period, bundle["jti"])
                all_here, since = self.spent.get(own, Decimal(0)), self.spent.get(ours, Decimal(0))
                rest = min(there - since, Decimal(budget["amount"]) - all_here)
                if rest <= 0 or cost > rest:
                    return "budget", {"remaining": str(max(rest, Decimal(0)))}
                self.spent[own], self.spent[ours] = all_here + cost, since + cost
                left["budget"] = str(rest - cost)
            if rate:
                self.calls[grant["grant"]] = (window, used + 1)
            return "", left

    def settle(self, answer, actual):
        """Put the true cost of a call in the place of its estimate."""
        if answer["decision"] and answer["budget_keys"]:
            with self.lock:
                for key in answer["budget_keys"]:
                    self.spent[key] = self.spent.get(key, Decimal(0)) + Decimal(str(actual)) - answer["cost"]


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def period_of(kind, now):
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    return {"day": day, "month": day[:7]}.get(kind, "total")


def read_bundle(text, keys, clock_skew=60, now=None):
    """Return the claims of a bundle whose signature holds; never believe what it says before that."""
    now = time.time() if now is None else now
    try:
        head, body, signature = text.strip().split(".")
        header = json.loads(decode(head))
        known = {key["kid"]: key for key in keys["keys"] if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"}
        # The algorithm is ours to choose, not the bundle's.
        if header.get("alg") != "EdDSA" or header.get("typ") != TYPE:
            raise Untrusted("another algorithm or kind of document")
        if header.get("kid") not in known:
            raise Untrusted("signed with a key that is not known here")
        public = Ed25519PublicKey.from_public_bytes(decode(known[header["kid"]]["x"]))
        public.verify(decode(signature), f"{head}.{body}".encode())
        claims = json.loads(decode(body))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Untrusted("it cannot be read") from problem
    except InvalidSignature as problem:
        raise Untrusted("its signature does not hold") from problem
    if claims["iat"] > now + clock_skew:
        raise Untrusted("it was issued in the future: check the clock")
    return claims


def decide(bundle, question, now=None, counters=None):
    """Answer a question by a bundle that was read; the nearest grant says what stands in the way."""
    now = time.time() if now is None else now
    best = (0, {"code": "no_grant", "reason": "No grant in the bundle covers this model for this caller.", "grant": ""})
    for name, words in (("environment", "in which environment"), ("purpose", "what for")):
        if not question.get(name) and not question.get("grant"):
            return _no(name, f"The question says neither {words} nor by which grant.", "")
    for grant in bundle["grants"]:
        found = _first_problem(grant, bundle, question, now)
        if found is None:
            cost = Decimal(str(question.get("cost") or 0))
            used_up, left = _count(grant, bundle, cost, now, counters)
            if not used_up:
                return _yes(grant, bundle, cost, left, now)
            found = (9, used_up, f"The {used_up} of {grant['grant']} is used up{_whom(grant)}.", left)
        if found[0] > best[0]:
            best = (found[0], {"code": found[1], "reason": found[2], "grant": grant["grant"], **(found[3] or {})})
    return _no(**best[1])


def _count(grant, bundle, cost, now, counters):
    if not grant["rate"] and not grant["budget"]:
        return "", {}
    # Nothing counts: what is bounded is refused rather than given without bound.
    return counters.use(grant, bundle, cost, now) if counters is not None else ("counter", {})


def _first_problem(grant, bundle, question, now):
    """Return how near the grant came, the code, the sentence and what else to tell; None when it fits."""
    steps = (
        (0, "no_grant", _names(grant, question)),
        (1, "no_grant", _same(grant, question)),
        (2, "ended", _time(grant, bundle, now)),
        (3, "region", _region(grant, question)),
        (4, "data", _data(grant, question)),
    )
    for place, code, sentence in steps:
        if sentence:
            return place, code, f"{grant['grant']}: {sentence}{_whom(grant)}.", None
    code, sentence = _parameters(grant["bounds"], question)
    return (5, code, f"{grant['grant']}: {sentence}{_whom(grant)}.", None) if code else None


def _names(grant, question):
    subject = question.get("subject") or {}
    ours = grant["subject"]
    if subject and (subject.get("type") != ours["type"] or subject.get("id") not in (ours["id"], ours["name"])):
        return "it is for somebody else"
    if not subject and question.get("grant") != grant["grant"] and not grant.get("alone"):
        return "the question does not say who asks"
    return "" if question.get("model") in grant["names"] else "it is for another model"


def _same(grant, question):
    for name in ("environment", "grant", "purpose", "use_case"):
        if question.get(name) and question[name] != grant[name]:
            return f"its {name.replace('_', ' ')} is {grant[name]}"
    return ""


def _time(grant, bundle, now):
    if not grant["from"] <= now < grant["until"]:
        return "it has ended, or not begun"
    # Fresh until `exp`. After that only what may go on as last known, and that until `stale_until`.
    last = bundle["stale_until"] if grant["fail_mode"] == "last_known" else bundle["exp"]
    return "the bundle is too old for it: fetch a new one" if now >= last else ""


def _region(grant, question):
    asked, kept = question.get("region"), grant["region"]
    return f"it is for {kept}" if asked and kept and asked.lower() != kept.lower() else ""


def _data(grant, question):
    bounds, level = grant["bounds"], question.get("data_level")
    # A level that nobody knows counts as the highest.
    if level and LEVELS.get(level, 3) > LEVELS.get(bounds["data_level"], 0):
        return f"input at most {bounds['data_level']}"
    wider = sorted(set(question.get("data_categories") or ()) - set(bounds["data_categories"]))
    return f"not for {', '.join(wider)} data" if wider else ""


def _parameters(bounds, question):
    tokens, heat = question.get("max_tokens"), question.get("temperature")
    if bounds["max_tokens"] is not None and tokens is not None and int(tokens) > bounds["max_tokens"]:
        return "max_tokens", f"at most {bounds['max_tokens']} output tokens a call"
    hottest = bounds["max_temperature"]
    if hottest is not None and heat is not None and Decimal(str(heat)) > Decimal(hottest):
        return "temperature", f"temperature at most {hottest}"
    if not bounds["any_tool"]:
        wider = sorted(set(question.get("tools") or ()) - set(bounds["tools"]))
        if wider:
            return "tools", f"not with {', '.join(wider)}"
    wider = sorted(set(question.get("modalities") or ()) - set(bounds["modalities"]))
    return ("modalities", f"not with {', '.join(wider)}") if wider else ("", "")


def _whom(grant):
    return f"; ask {grant['ask']}" if grant.get("ask") else ""


def _yes(grant, bundle, cost, left, now):
    keys = []
    if grant["budget"]:
        period = period_of(grant["budget"]["period"], now)
        keys = [(grant["grant"], period), (grant["grant"], period, bundle["jti"])]
    obligations = {**grant["bounds"], "remaining": left, "purpose": grant["purpose"], "until": grant["until"]}
    return {"decision": True, "code": "allowed", "reason": f"{grant['grant']} allows it.", "grant": grant["grant"],
            "obligations": obligations, "cost": cost, "budget_keys": keys}  # fmt: skip


def _no(code, reason, grant, **more):
    return {"decision": False, "code": code, "reason": reason, "grant": grant, "obligations": more, "budget_keys": []}


def main(arguments):
    bundle, keys, question = (Path(name).read_text() for name in arguments)
    try:
        claims = read_bundle(bundle, json.loads(keys))
    except Untrusted as problem:
        sys.stdout.write(f"not to be trusted: {problem}\n")
        return 2
    answer = decide(claims, json.loads(question), counters=Counters())
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    return 0 if answer["decision"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
