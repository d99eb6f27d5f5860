"""Ask Gatehouse from a pipeline: one file to copy, Python 3.9 or newer and nothing else.

    export GATEHOUSE_URL=https://gatehouse.example.com GATEHOUSE_TOKEN=…     (never as an argument: those are seen by others)
    python gatehouse.py check    --system AIS-0001 --environment production --release REL-0007      (or --digest sha256:…)
    python gatehouse.py permit   --system AIS-0001 --environment production --release REL-0007 --out permit.jws
    python gatehouse.py lists    --keys keys.json --status status.jws        (what `verify` needs; no token)
    python gatehouse.py verify   permit.jws --keys keys.json --status status.jws --environment production
    python gatehouse.py register gatehouse.json [--dry-run]

Exit code 0: allowed, done; 1: refused, with the reasons and whom to ask; 2: the command, the token or a name is wrong;
3: the portal did not answer, or not readably. A step that goes on only at 0 is safe. `--json` prints one object.
Proxies are those of the environment (HTTPS_PROXY, NO_PROXY); certificates are checked, by SSL_CERT_FILE where it is set;
redirects are refused. `verify` needs verify_permit.py beside this file, and the package `cryptography`.
"""

import argparse
import hashlib
import http.client
import json
import os
import ssl
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ALLOWED, REFUSED, USAGE, AWAY = 0, 1, 2, 3
WORDS = {ALLOWED: "allow", REFUSED: "refuse", USAGE: "usage", AWAY: "unavailable"}
LARGEST_ANSWER = 5_000_000
LARGEST_FILE = 1_000_000
LOOPBACK = ("localhost", "127.0.0.1", "::1")
USUAL_MANIFESTS = ("gatehouse.json", "gatehouse.toml", "gatehouse.yaml", "gatehouse.yml")
TABLES = ("models", "versions", "artefacts", "others")


class Ended(Exception):
    """The command is over: its exit code, the sentences about it, and what `--json` tells besides."""

    def __init__(self, code, *sentences, **told):
        super().__init__(code)
        self.code, self.sentences, self.told = code, [str(one) for one in sentences], told


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the address that was given and nowhere else."""

    def redirect_request(self, *_given):
        return None


def address(options):
    """Return the portal's address; plain HTTP is for this machine, or where somebody says so."""
    text = (options.url or os.environ.get("GATEHOUSE_URL", "")).strip().rstrip("/")
    parts = urllib.parse.urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Ended(
            USAGE, "Set GATEHOUSE_URL (or --url) to the portal's address, such as https://gatehouse.example.com."
        )
    if parts.username or parts.password:
        raise Ended(USAGE, "The address holds no name or password.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not options.plain_http:
        raise Ended(USAGE, "This address is not encrypted: the token could be read. Use https, or say --plain-http.")
    return text


def ask(options, path, document=None, token=True):
    """Send a question; return (status, answer). Whatever cannot be understood ends the command with 3."""
    headers = {"Accept": "application/json", "User-Agent": "gatehouse-client/1"}
    if token:
        secret = os.environ.get(options.token_variable, "").strip()
        if not secret or not secret.isascii() or not secret.isprintable():
            raise Ended(USAGE, f"Put an API token into the environment variable {options.token_variable}.")
        headers["Authorization"] = "Bearer " + secret
    body = None if document is None else json.dumps(document).encode()
    if body is not None:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(address(options) + path, data=body, headers=headers)  # noqa: S310 - https, or http to this machine
    tls = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener, end = urllib.request.build_opener(NoRedirect, tls), time.monotonic() + options.timeout
    try:
        try:
            answer = opener.open(request, timeout=options.timeout)
        except urllib.error.HTTPError as problem:
            answer = problem
        with answer:
            return answer.code, received(answer, end)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        reason = getattr(problem, "reason", None) or problem
        raise Ended(AWAY, "The portal did not answer: %s" % (reason or type(problem).__name__)) from None


def received(answer, end):
    """Read an answer: no more than is sane, and no longer than was said, however slowly it drips."""
    content = b""
    while len(content) <= LARGEST_ANSWER:
        if time.monotonic() > end:
            raise TimeoutError("it took too long")
        part = answer.read1(65_536)
        if not part:
            break
        content += part
    return content


def understood(status, content, ours=()):
    """Return the object that was answered; end the command where it is none, or a problem that is not among `ours`."""
    try:
        found = json.loads(content) if len(content) <= LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    if status >= 500 or status == 429:
        raise Ended(AWAY, f"The portal cannot answer now ({status}).", *sentences_of(found))
    if not isinstance(found, dict):
        raise Ended(AWAY, f"The portal's answer ({status}) cannot be read.")
    if 200 <= status < 300 or status in ours:
        return found
    if status == 403:
        raise Ended(REFUSED, *(sentences_of(found) or ["The portal refuses this."]), status=status)
    if 400 <= status < 500:
        raise Ended(USAGE, *(sentences_of(found) or [f"The portal does not take this ({status})."]), status=status)
    raise Ended(AWAY, f"The portal's answer ({status}) was not expected.")


def sentences_of(problem):
    """Return what a problem document (RFC 9457) says: each place with what is wrong there, otherwise its detail."""
    if not isinstance(problem, dict):
        return []
    errors, told = problem.get("errors"), []
    for place, texts in errors.items() if isinstance(errors, dict) else ():
        for text in texts if isinstance(texts, list) else [texts]:
            told.append(f"{place}: {text}" if place else str(text))
    told = told or [problem.get("detail") or problem.get("title")]
    return [str(one) for one in told if one]


def check(options):
    """Ask whether a release may be deployed; only a plain yes is one."""
    if not options.release and not options.digest:
        raise Ended(USAGE, "Name the release (--release) or a digest in it (--digest).")
    names = ("system", "environment", "release", "digest", "region")
    answer = understood(*ask(options, "/api/v1/deployments/check", {name: getattr(options, name) for name in names}))
    allowed, reasons = answer.get("allowed"), answer.get("reasons")
    if not isinstance(allowed, bool) or not isinstance(reasons, list) or (allowed and reasons):
        raise Ended(AWAY, "The portal's answer cannot be read: it neither allows nor refuses.")
    told = {"release": str(answer.get("release") or ""), "ask": [str(one) for one in answer.get("ask") or []]}
    if allowed:
        words = f"Allowed: {told['release']} in {options.environment}, {options.system}."
        raise Ended(ALLOWED, words, **told)
    asking = ["Ask: {}".format(", ".join(told["ask"]))] if told["ask"] else []
    raise Ended(REFUSED, *(reasons or ["The portal gives no reason."]), *asking, reasons=reasons, **told)


def permit(options):
    """Fetch a permit and write it to a file that only we read."""
    wanted = {name: getattr(options, name) for name in ("system", "environment", "release", "region", "minutes")}
    answer = understood(*ask(options, "/api/v1/permits", {**wanted, "images": options.image}))
    text = answer.get("text")
    if not isinstance(text, str) or text.count(".") != 2:
        raise Ended(AWAY, "The portal's answer cannot be read: there is no permit in it.")
    write(options.out, text)
    told = {name: answer.get(name) for name in ("key", "release", "environment", "region", "expires_at", "subjects")}
    raise Ended(
        ALLOWED, "{} until {}, in {}.".format(told["key"], told["expires_at"], options.out), file=options.out, **told
    )


def lists(options):
    """Fetch the public keys and the signed list of permits that count no more; both are public."""
    keys = understood(*ask(options, "/.well-known/gatehouse-permit-keys", token=False))
    status, content = ask(options, "/.well-known/gatehouse-permit-status", token=False)
    text = content.decode("ascii", "replace").strip()
    if status != 200 or text.count(".") != 2 or not isinstance(keys.get("keys"), list):
        raise Ended(AWAY, f"The portal's answer ({status}) cannot be read.")
    write(options.keys, json.dumps(keys))
    write(options.status, text)
    raise Ended(ALLOWED, f"Written: {options.keys}, {options.status}.")


def verify(options):
    """Verify a permit with files alone; the portal is not asked."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    try:
        import verify_permit
    except ImportError as problem:
        lacking = "verify_permit.py beside this file" if problem.name == "verify_permit" else "the package cryptography"
        raise Ended(USAGE, f"This needs {lacking}.") from None
    try:
        shown, status = (Path(name).read_text(encoding="utf-8") for name in (options.permit, options.status))
        keys = json.loads(Path(options.keys).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise Ended(USAGE, f"A file cannot be read: {problem}") from None
    try:
        why = verify_permit.objection(shown, keys, status, options.environment, options.digest)
    except verify_permit.Untrusted as problem:
        raise Ended(REFUSED, f"Not to be trusted: {problem}.", trusted=False) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Ended(REFUSED, "Not to be trusted: it cannot be read.", trusted=False) from None
    if not why and options.region and claim(shown, "region") not in ("", options.region):
        why = "it is for {}".format(claim(shown, "region"))
    if why:
        raise Ended(REFUSED, f"It does not count: {why}.", trusted=True)
    raise Ended(ALLOWED, f"It counts in {options.environment}.", trusted=True)


def claim(text, name):
    """Return what a permit says, once its signature was found to hold."""
    import verify_permit

    return json.loads(verify_permit.decode(text.split(".")[1])).get(name) or ""


def register(options):
    """Send a manifest; the portal takes all of it or nothing."""
    document = manifest_of(options.manifest)
    status, content = ask(options, "/api/v1/manifests", {**document, "dry_run": options.dry_run})
    answer = understood(status, content, ours=(409, 422))
    if not 200 <= status < 300:
        told = sentences_of(answer)
        raise Ended(REFUSED, "Nothing was taken.", *told, status=status, errors=answer.get("errors") or {})
    rows = answer.get("items")
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows) or "changed" not in answer:
        raise Ended(AWAY, "The portal's answer cannot be read: it does not say what was taken.")
    lines = ["{}: {}".format(one.get("outcome"), " ".join(str(one.get(k) or "") for k in ("kind", "name", "key")).strip())
             + "".join("\n  " + str(note) for note in one.get("notes") or []) for one in rows]  # fmt: skip
    first = (
        "What would happen:"
        if options.dry_run
        else "Taken:"
        if answer["changed"]
        else "All of it is on record: nothing changed."
    )
    told = {name: answer.get(name) for name in ("changed", "dry_run", "items", "system", "release")}
    raise Ended(ALLOWED, first, *lines, **told)


def manifest_of(name):
    """Read a manifest; what cannot be read here (YAML without its package) goes to the portal as text."""
    name = name or next((one for one in USUAL_MANIFESTS if Path(one).is_file()), USUAL_MANIFESTS[0])
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            found = json.loads(text)
        elif path.suffix == ".toml":
            import tomllib

            found = json.loads(json.dumps(tomllib.loads(text), default=str))
        else:
            return {"text": text}
    except ImportError:
        raise Ended(USAGE, "TOML is read from Python 3.11 on; write the manifest as JSON or YAML.") from None
    except (OSError, ValueError, RecursionError) as problem:
        raise Ended(USAGE, f"{path} cannot be read: {problem}") from None
    if not isinstance(found, dict):
        raise Ended(USAGE, f"{path}: a manifest is an object.")
    return {"manifest": filled(found, path.resolve().parent)}


def filled(value, folder):
    """Put in what a manifest leaves in files beside it: `content_from` (a text), `digest_from` (of the bytes)."""
    if isinstance(value, list):
        return [filled(one, folder) if isinstance(one, dict) else one for one in value]
    value = {name: filled(one, folder) if name in TABLES else one for name, one in value.items()}
    if "release" in value and isinstance(value["release"], dict):
        value["release"] = filled(value["release"], folder)
    for source, target, read in (("content_from", "content", text_of), ("digest_from", None, digest_of)):
        if source in value:
            path = (folder / str(value.pop(source))).resolve()
            if folder not in path.parents:
                raise Ended(USAGE, f"{path}: only files below the manifest's folder are read.")
            value[target or ("digest" if "kind" in value else "artefact_digest")] = read(path)
    return value


def text_of(path):
    """Return a file's text."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Ended(USAGE, f"{path} is larger than {LARGEST_FILE} bytes.")
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as problem:
        raise Ended(USAGE, f"{path} cannot be read: {problem}") from None


def digest_of(path):
    """Return the SHA-256 of a file's bytes, however large."""
    counted = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            for part in iter(lambda: stream.read(1 << 20), b""):
                counted.update(part)
    except OSError as problem:
        raise Ended(USAGE, f"{path} cannot be read: {problem}") from None
    return "sha256:" + counted.hexdigest()


def write(name, text):
    """Replace a file in one step; nobody but us reads it."""
    path = Path(name)
    try:
        number, temporary = tempfile.mkstemp(dir=str(path.parent), prefix=".gatehouse-")
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        os.replace(temporary, name)
    except OSError as problem:
        raise Ended(USAGE, f"{name} cannot be written: {problem}") from None


def arguments():
    """Return the reader of the command line."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--url", default="", help="the portal's address (otherwise GATEHOUSE_URL)")
    shared.add_argument("--token-variable", default="GATEHOUSE_TOKEN", help="the environment variable with the token")
    shared.add_argument("--timeout", type=float, default=20.0, help="seconds to wait for the portal (20)")
    shared.add_argument("--plain-http", action="store_true", help="allow an address that is not encrypted")
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, does):
        made = commands.add_parser(name, parents=[shared], help=does.__doc__)
        made.set_defaults(does=does)
        return made

    for name, does in (("check", check), ("permit", permit)):
        one = command(name, does)
        one.add_argument("--system", required=True)
        one.add_argument("--environment", required=True)
        one.add_argument("--release", default="", required=name == "permit", help="key or digest of the release")
        one.add_argument("--region", default="")
    commands.choices["check"].add_argument("--digest", default="", help="of a part of the release")
    one = commands.choices["permit"]
    one.add_argument("--image", action="append", default=[], help="digest of an image that is deployed (repeat)")
    one.add_argument("--minutes", type=int)
    one.add_argument("--out", default="permit.jws")
    for name, does in (("lists", lists), ("verify", verify)):
        one = command(name, does)
        one.add_argument("--keys", default="keys.json")
        one.add_argument("--status", default="status.jws")
    one.add_argument("permit")
    one.add_argument("--environment", required=True)
    one.add_argument("--digest", default="")
    one.add_argument("--region", default="")
    one = command("register", register)
    one.add_argument("manifest", nargs="?", default="", help="otherwise {}".format(", ".join(USUAL_MANIFESTS)))
    one.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    return parser


def main(given=None):
    """Run one command; return its exit code."""
    options = arguments().parse_args(given)
    if not 0 < options.timeout <= 600:
        arguments().error("--timeout is more than 0 and at most 600 seconds")
    try:
        options.does(options)
        raise AssertionError("a command says how it ended")
    except Ended as end:
        if options.json:
            print(json.dumps({"outcome": WORDS[end.code], "says": end.sentences, **end.told}))
        else:
            for sentence in end.sentences:
                print(sentence, file=sys.stdout if end.code in (ALLOWED, REFUSED) else sys.stderr)
        return end.code


if __name__ == "__main__":
    sys.exit(main())
