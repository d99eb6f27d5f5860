"""Check a bundle of grants and decide with it, without the portal: plain Python with the package `cryptography`.

    python verify_bundle.py bundle.jws keys.json DATASET ACTION PURPOSE [FIELD …]

`bundle.jws` is what /api/v1/access/bundle answered, `keys.json` what /access/v1/keys did (fetch it once, keep it safe).
Exit code 0: allowed, with the grant; 1: not allowed, with the reason; 2: the bundle is not to be trusted.
"""

import base64
import json
import sys
import time
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Untrusted(Exception):
    """The bundle is no bundle of ours."""


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_bundle(text, keys, clock_skew=60, now=None):
    """Return the claims of a bundle whose signature holds; never believe what it says before that."""
    now = time.time() if now is None else now
    try:
        head, body, signature = text.strip().split(".")
        header = json.loads(decode(head))
        known = {key["kid"]: key for key in keys["keys"] if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"}
        # The algorithm is ours to choose, not the bundle's.
        if header.get("alg") != "EdDSA" or header.get("typ") != "gatehouse-grants+jwt":
            raise Untrusted("another algorithm or kind of document")
        if header.get("kid") not in known:
            raise Untrusted("signed with a key that is not known here")
        public = Ed25519PublicKey.from_public_bytes(decode(known[header["kid"]]["x"]))
        public.verify(decode(signature), f"{head}.{body}".encode())
        claims = json.loads(decode(body))
    except (ValueError, KeyError, TypeError) as problem:
        raise Untrusted("it cannot be read") from problem
    except InvalidSignature as problem:
        raise Untrusted("its signature does not hold") from problem
    if claims["iat"] > now + clock_skew:
        raise Untrusted("it was issued in the future: check the clock")
    return claims


def decide(claims, dataset, action, purpose, fields=(), now=None, region="", use_case=""):
    """Return the grant that allows the use at this moment, or None, and the reason.

    Say where the data is used and for which use case (its id) where you know: a grant for another one does not count.
    """
    now = time.time() if now is None else now
    reason = "no grant in the bundle covers this"
    for grant in claims["grants"]:
        if dataset not in (grant["dataset"], f"{grant['namespace']} {grant['name']}"):
            continue
        if action not in grant["actions"] or purpose != grant["purpose"]:
            continue
        if use_case and grant["use_case"] and use_case != grant["use_case"]:
            reason = f"{grant['grant']} is for another use case"
            continue
        if region and grant["region"] and region != grant["region"]:
            reason = f"{grant['grant']} is for use in {grant['region']} only"
            continue
        granted = grant["fields"]
        if granted and not all(any(f == g or f.startswith(g + ".") for g in granted) for f in fields):
            reason = f"{grant['grant']} does not cover these fields"
            continue
        if not grant["from"] <= now < grant["until"]:
            reason = f"{grant['grant']} has ended"
            continue
        # Fresh until `exp`. After that only what may go on as last known, and that until `stale_until`.
        last = claims["stale_until"] if grant["fail_mode"] == "last_known" else claims["exp"]
        if now >= last:
            reason = f"the bundle is too old for {grant['grant']}: fetch a new one"
            continue
        return grant, "allowed"
    return None, reason


def main(arguments):
    bundle, keys, dataset, action, purpose, *fields = arguments
    try:
        claims = read_bundle(Path(bundle).read_text(), json.loads(Path(keys).read_text()))
    except Untrusted as problem:
        sys.stdout.write(f"not to be trusted: {problem}\n")
        return 2
    grant, reason = decide(claims, dataset, action, purpose, fields)
    sys.stdout.write(f"{reason}: {json.dumps(grant)}\n" if grant else f"{reason}\n")
    return 0 if grant else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
