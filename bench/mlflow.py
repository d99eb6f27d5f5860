"""Follow a real MLflow 3 server: `python -m bench.mlflow --mlflow /path/to/mlflow`.

MLflow's own client registers, versions, tags, aliases and deletes. A relay between the two servers counts what MLflow sent and
what the portal answered. Then what was delivered is compared with what arrived and with what the portal holds, real messages are
replayed and forged, what raises no message is found by polling, and both sides change the same description.
"""

from __future__ import annotations

import argparse
import base64
import collections
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.decisions import Web, prepare
from portal.embedded.services import FAST, PostgreSQL, Valkey

ROOT = Path(__file__).resolve().parents[1]
PORTAL, MLFLOW, RELAY = 8791, 8792, 8793
HEADERS = ("X-MLflow-Signature", "X-MLflow-Timestamp", "X-MLflow-Delivery-Id")
NAMES = ("claims-urgency", "fraud-score", "letter-writer")


class Relay(BaseHTTPRequestHandler):
    """Hands each message on to the portal, and remembers it with the answer."""

    seen: list[tuple[dict[str, str], bytes, int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: self.headers.get(name, "") for name in HEADERS}
        status = send(self.path, headers, body)
        Relay.seen.append((headers, body, status))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def send(path: str, headers: dict[str, str], body: bytes) -> int:
    """Post a message to the portal; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", PORTAL, timeout=30)
    connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
    status = connection.getresponse().status
    connection.close()
    return status


class Process:
    """A program in a group of its own, ended as a whole."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path, log: Path) -> None:
        self.log = log.open("ab")
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def stop(self) -> None:
        """End it and its children."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            self.process.kill()
        self.log.close()


def wait(what: str, done: Callable[[], bool], seconds: int = 180) -> float:
    """Wait until something is so; return how long it took."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise RuntimeError(f"Not within {seconds} s: {what}")
        time.sleep(0.2)
    return time.monotonic() - began


def answers() -> bool:
    """Tell whether the MLflow server is up."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", MLFLOW, timeout=5)
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False


def follow(known: dict[str, Any], secret: str) -> Any:
    """Register the server by the operation, for somebody who keeps models there."""
    from apps.accounts import operations as accounts
    from apps.accounts.models import Department, Role
    from apps.integrations import operations
    from apps.kernel.actors import Actor

    setup, department = Actor.system("installation"), Department.objects.get(pk=known["department"])
    keeper = accounts.expect_person(actor=setup, email="mona@bench.example", name="Mona", department=department)
    accounts.assign_role(
        actor=setup, role=Role.objects.get(key="model-owner"), person=keeper, department=department, reason="Bench"
    )
    keeper.refresh_from_db()
    return operations.register_server(
        actor=keeper.as_actor(), name="Tracking", url=f"http://127.0.0.1:{MLFLOW}", department=department, owner=keeper,
        secret=secret,
    )  # fmt: skip


def told(counts: dict[str, int]) -> str:
    """Write counts in one line."""
    return f"{sum(counts.values())} (" + ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) + ")"


def holdings(server: Any) -> None:
    """Print what the portal holds of the server."""
    from apps.registry.models import AIModel

    for model in AIModel.objects.filter(name__in=NAMES).order_by("name"):
        aliases = {one.name: one.model_version.name for one in model.aliases.standing()}
        versions = ", ".join(
            f"{one.name} ({one.artefact_digest[:7]}…{one.artefact_digest[-4:]}, {one.metrics.count()} metrics, "
            f"parameters {one.parameters})"
            for one in model.versions.order_by("name")
        )
        print(f"    {model.key} {model.name}: “{model.summary}”, aliases {aliases}; versions {versions}")
    states = collections.Counter(server.mappings.values_list("state", flat=True))
    print(f"    what stands for what: {told(states)}")


def settled(server: Any) -> bool:
    """Tell whether every message that was taken is worked off."""
    return bool(Relay.seen) and not server.deliveries.filter(state="waiting").exists()


def poll(server: Any) -> None:
    """Ask for a poll as the page does, and wait for it."""
    from apps.kernel.deferral import defer

    before = type(server).objects.get(pk=server.pk).polled_at
    defer("integrations.mlflow_poll", server=str(server.pk))
    wait("a poll", lambda: type(server).objects.get(pk=server.pk).polled_at != before)


def arrived(server: Any, done: dict[str, int], seconds: float) -> None:
    """Compare what was done, delivered, and taken."""
    delivered = collections.Counter(
        "{entity}.{action}".format(**json.loads(body)) for _headers, body, _status in Relay.seen
    )
    statuses = collections.Counter(str(status) for _headers, _body, status in Relay.seen)
    taken = collections.Counter(
        f"{entity}.{action}" for entity, action in server.deliveries.values_list("entity", "action")
    )
    print(f"  done with MLflow's client:   {told(done)}")
    print(f"  delivered by MLflow:         {told(delivered)}; answered {told(statuses)}")
    print(f"  arrived in the portal:       {told(taken)}; became {told(collections.Counter(server.deliveries.values_list('state', flat=True)))}")  # fmt: skip
    print(
        f"  the same, count by count:    {done == delivered == taken}; worked off {seconds:.1f} s after the last delivery"
    )
    holdings(server)


def refusals(server: Any, path: str, secret: str) -> None:
    """Replay and forge what really came; print the answers, and that nothing of it was taken."""
    from apps.integrations.rules_pure.mlflow import sign

    before, refused = server.deliveries.count(), type(server).objects.get(pk=server.pk).refused
    tried: dict[str, list[int]] = collections.defaultdict(list)
    for headers, body, _status in Relay.seen:
        signature, stamp, delivery = (headers[name] for name in HEADERS)
        old = str(int(time.time()) - 301)
        other = body.replace(b"claims", b"frauds").replace(b"letter", b"lettre").replace(b"fraud-", b"claim-")
        variants = {
            "replayed as it came": (signature, stamp, delivery, body),
            "replayed, another delivery id": (signature, stamp, secrets.token_hex(16), body),
            "replayed, another time": (signature, str(int(stamp) + 1), delivery, body),
            "body changed, the rest as it came": (signature, stamp, delivery, other),
            "signed with another secret": (sign("guessed", "forged", stamp, body), stamp, "forged", body),
            "signed with the secret, 301 s old": (sign(secret, "late", old, body), old, "late", body),
            "no signature": ("", stamp, secrets.token_hex(16), body),
        }
        for name, (*values, content) in variants.items():
            tried[name].append(send(path, dict(zip(HEADERS, values, strict=True)), content))
    for name, statuses in tried.items():
        print(f"    {name + ':':36} {told(collections.Counter(str(one) for one in statuses))}")
    number = sum(len(one) for one in tried.values())
    after, counted = server.deliveries.count(), type(server).objects.get(pk=server.pk).refused - refused
    print(f"    {number} attempts: {after - before} taken, {counted} counted as refused on the server's page")


def conflict(server: Any, drive: Callable[..., Any]) -> None:
    """Change a description on both sides, and see which stands."""
    from apps.registry import operations
    from apps.registry.models import AIModel

    model = AIModel.objects.get(name=NAMES[0])
    operations.edit_model(actor=server.owner.as_actor(), ai_model=model, changes={"summary": "What we say."})
    drive("describe", "What they say.")
    poll(server)
    model.refresh_from_db()
    mapping = server.mappings.get(name=NAMES[0], version="")
    print(f"    here: “{model.summary}”; there: “{mapping.there['description']}”; {mapping.state}: {mapping.why}")


def run(server: Any, secret: str, drive: Callable[..., Any]) -> None:
    """Do everything and print it."""
    from django.urls import reverse

    from apps.audit.models import Entry

    path = reverse("exchange:mlflow_webhook", args=[server.pk])
    drive("webhook", f"http://127.0.0.1:{RELAY}{path}", secret)
    done = drive("work")
    expected = sum(done.values())
    wait("every message delivered", lambda: len(Relay.seen) >= expected)
    seconds = wait("every message worked off", lambda: settled(server))
    print("Register, version, tag, alias, delete:")
    arrived(server, done, seconds)
    print("Replayed and forged:")
    refusals(server, path, secret)
    print("What raises no message:")
    count = len(Relay.seen)
    print(f"    done: {told(drive('silent'))}; messages since: {len(Relay.seen) - count}")
    poll(server)
    holdings(server)
    for one in server.mappings.filter(state="gone"):
        print(f"    gone there, kept here: {one} {one.model_version or one.ai_model}")
    entries = Entry.objects.count()
    poll(server)
    print(f"  polled once more, unchanged: {Entry.objects.count() - entries} entries in the ledger")
    print("Changed on both sides:")
    conflict(server, drive)


def main() -> None:
    """Start everything, run, and end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlflow", required=True, help="the mlflow executable of a throw-away environment")
    command = parser.parse_args().mlflow
    data = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    database, valkey = PostgreSQL(data, FAST), Valkey(data)
    database.start()
    valkey.start()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))}
    environment = {
        **plain, "DJANGO_SETTINGS_MODULE": "portal.settings", "GATEHOUSE_MODE": "test",
        "DATABASE_URL": database.url("application"), "VALKEY_URL": valkey.url(), "GATEHOUSE_DATA": str(data),
    }  # fmt: skip
    python = str(Path(command).parent / "python")
    outside = plain | {
        "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https", "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
        "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "MLFLOW_WEBHOOK_CACHE_TTL": "0", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true",
        "PATH": f"{Path(command).parent}:{plain.get('PATH', '')}",
    }  # fmt: skip

    def drive(*words: str) -> Any:
        address = f"http://127.0.0.1:{MLFLOW}"
        call = [python, str(ROOT / "bench/mlflow_driver.py"), words[0], address, *words[1:]]
        # Not in bench/: mlflow.py there would be taken for MLflow.
        answer = subprocess.run([call[0], "-P", *call[1:]], cwd=data, env=outside, capture_output=True, text=True)
        if answer.returncode:
            raise RuntimeError(answer.stderr[-3000:])
        return json.loads(answer.stdout.strip().splitlines()[-1])

    relay = ThreadingHTTPServer(("127.0.0.1", RELAY), Relay)
    threading.Thread(target=relay.serve_forever, daemon=True).start()
    started: list[Any] = []
    try:
        started.append(Process(
            [command, "server", "--backend-store-uri", f"sqlite:///{data}/mlflow.db", "--host", "127.0.0.1", "--port",
             str(MLFLOW), "--workers", "1", "--default-artifact-root", str(data / "artefacts")],
            outside, data, data / "mlflow.log"))  # fmt: skip
        known = prepare(database, environment)
        started.append(Web("portal.wsgi", PORTAL, environment, 1, data / "web.log"))
        for name, words in (
            ("worker", ["-m", "celery", "-A", "portal.celery", "worker", "--concurrency", "1", "--without-gossip"]),
            ("scheduler", ["manage.py", "scheduler"]),
        ):
            started.append(Process([sys.executable, *words], environment, ROOT, data / f"{name}.log"))
        wait("MLflow answers", answers)
        print(subprocess.run([command, "--version"], env=outside, capture_output=True, text=True).stdout.strip())
        secret = secrets.token_urlsafe(32)
        run(follow(known, secret), secret, drive)
    except Exception:
        for log in sorted(data.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}")
        raise
    finally:
        for one in reversed(started):
            one.stop()
        relay.shutdown()
        valkey.stop()
        database.stop()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
