"""Check a deployment permit without the portal: plain Python with the package `cryptography`.

    python verify_permit.py permit.jws keys.json status.jws ENVIRONMENT [DIGEST]

`keys.json` is what /.well-known/gatehouse-permit-keys answered (fetch it once, keep it safe), `status.jws` what
/.well-known/gatehouse-permit-status did (fetch it every few minutes; an old list is refused).
Exit code 0: the permit counts; 1: it does not, with the reason; 2: something is not to be trusted.
"""

import base64
import json
import sys
import time
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SKEW = 60


class Untrusted(Exception):
    """This was not signed by the portal."""


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(text, keys, kind):
    """Return the claims of a document whose signature holds; never believe what it says before that."""
    try:
        head, body, signature = text.strip().split(".")
        header = json.loads(decode(head))
        known = {key["kid"]: key for key in keys["keys"] if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"}
        # The algorithm is ours to choose, not the document's.
        if header.get("alg") != "EdDSA" or header.get("typ") != kind or header.get("kid") not in known:
            raise Untrusted("another algorithm, kind of document or key")
        public = Ed25519PublicKey.from_public_bytes(decode(known[header["kid"]]["x"]))
        public.verify(decode(signature), f"{head}.{body}".encode())
        return json.loads(decode(body))
    except (ValueError, KeyError, TypeError) as problem:
        raise Untrusted("it cannot be read") from problem
    except InvalidSignature as problem:
        raise Untrusted("its signature does not hold") from problem


def objection(permit, keys, status, environment, digest="", now=None):
    """Return why a permit does not count in an environment now, or nothing."""
    now = time.time() if now is None else now
    claims = read(permit, keys, "gatehouse-permit+jwt")
    listed = read(status, keys, "gatehouse-permit-status+jwt")
    if listed["exp"] + SKEW < now:
        raise Untrusted("the list of refused permits is too old: fetch it again")
    if claims["exp"] <= now:
        return "it has expired"
    if claims["nbf"] > now + SKEW:
        return "it does not count yet: check the clock"
    if claims["iat"] > listed["iat"] + SKEW:
        raise Untrusted("the list is older than the permit: fetch it again")
    for one in listed["refused"]:
        if one["jti"] == claims["jti"]:
            return f"it counts no more: {one['why']}"
    if claims["environment"] != environment:
        return f"it is for {claims['environment']}"
    if digest and digest not in claims["subjects"]:
        return "it does not admit that digest"
    return ""


def main(arguments):
    if len(arguments) not in (4, 5):
        print(__doc__)
        return 2
    permit, keys, status = (Path(name).read_text() for name in arguments[:3])
    try:
        why = objection(permit, json.loads(keys), status, *arguments[3:])
    except Untrusted as problem:
        print(f"not to be trusted: {problem}")
        return 2
    print(f"refused: {why}" if why else "allowed")
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
