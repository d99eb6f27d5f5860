"""Drive a real LiteLLM proxy under our grants: `python -m bench.gateway --litellm /path/to/litellm`.

A fake model server stands behind three proxies that differ in one thing: nothing asks (the floor), LiteLLM's own guardrail
asks the portal, and docs/litellm_gatehouse.py asks it. Three applications with different grants make a thousand calls; what
they got, what the model server saw and what the access log holds are counted apart and must agree. Then the portal is killed:
what is closed lets nothing through, what is last known goes on until its bundle is too old; and back again.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.decisions import PORTAL, Web, prepare, quantile
from portal.embedded.services import PostgreSQL, Valkey

ROOT = Path(__file__).resolve().parents[1]
MODEL, FLOOR, GUARDRAIL, HOOK = 8781, 8782, 8783, 8784
APPLICATIONS = ("claims-letters", "fraud-signals", "helpdesk")
AGE, EVERY = 60, 10
AUTH = '''"""Virtual keys without a database: the key says its alias."""
from litellm.proxy._types import UserAPIKeyAuth


async def user_api_key_auth(request, api_key):
    return UserAPIKeyAuth(api_key=api_key, key_alias=api_key.removeprefix("sk-"))
'''


class FakeModel(BaseHTTPRequestHandler):
    """Answers each completion with the same words and remembers what it was sent."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        FakeModel.seen.append((body.get("user", ""), body["messages"][-1]["content"]))
        answer = json.dumps({
            "id": "c", "object": "chat.completion", "created": 1, "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Sorted."}}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
        }).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


class Proxy:
    """A LiteLLM proxy of its own environment."""

    def __init__(
        self, command: str, folder: Path, name: str, port: int, settings: dict[str, Any], environment: dict[str, str]
    ):
        self.folder, self.port = folder / name, port
        self.folder.mkdir()
        (self.folder / "keys_of_ours.py").write_text(AUTH)
        for file in ("docs/litellm_gatehouse.py", "docs/verify_model_bundle.py", "apps/registry/rules_pure/masking.py"):
            shutil.copy(ROOT / file, self.folder)
        listed = [{"model_name": "urgency", "litellm_params": {
            "model": "openai/urgency", "api_base": f"http://127.0.0.1:{MODEL}/v1", "api_key": "none",
            "input_cost_per_token": 0.001, "output_cost_per_token": 0.005}}]  # fmt: skip
        config = {
            "model_list": listed,
            "general_settings": {"custom_auth": "keys_of_ours.user_api_key_auth"},
            **settings,
        }
        (self.folder / "config.yaml").write_text(json.dumps(config))
        self.log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [command, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"],
            cwd=self.folder, env=environment | {"PYTHONPATH": str(self.folder), "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                               "LITELLM_MASTER_KEY": f"sk-{secrets.token_hex(24)}"},
            stdout=self.log, stderr=self.log,
        )  # fmt: skip

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/health/liveliness")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.5)
        raise RuntimeError(f"LiteLLM did not answer: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def arrange(known: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Have three grants asked for and approved, by operations; return the gateway's token and the grants by application."""
    from apps.accounts import operations as accounts
    from apps.accounts.models import Department, Person, Role, ServiceIdentity
    from apps.inventory import operations as inventory
    from apps.inventory.models import UseCase
    from apps.kernel.actors import Actor
    from apps.registry import operations

    setup, department = Actor.system("installation"), Department.objects.get(pk=known["department"])
    delivery = Person.objects.get(pk=known["person"])
    people = {}
    for name, role in (("Olga", "system-owner"), ("Mona", "model-owner")):
        people[name] = accounts.expect_person(
            actor=setup, email=f"{name}@bench.example".lower(), name=name, department=department
        )
        accounts.assign_role(
            actor=setup, role=Role.objects.get(key=role), person=people[name], department=department, reason="Bench"
        )
    owner, decider = people["Olga"].as_actor(), people["Mona"].as_actor()
    model = operations.register_model(actor=decider, name="urgency", department=department, owner=people["Mona"])
    operations.register_version(actor=decider, ai_model=model, name="1.0", artefact_digest=f"sha256:{1:064x}")
    case = inventory.register_use_case(
        actor=owner, name="Sort claims", purpose="Sort claims by urgency.", department=department, owner=people["Olga"]
    )
    UseCase.objects.filter(pk=case.pk).update(tier="T3")
    case.refresh_from_db()
    bounds = {
        "claims-letters": {"fail_mode": "closed", "max_tokens": 500},
        "fraud-signals": {"fail_mode": "last_known", "max_tokens": 200, "rate_limit": 150, "rate_window": 3600},
        "helpdesk": {"fail_mode": "last_known", "max_tokens": 100, "budget": Decimal("2.00"), "budget_period": "day"},
    }
    grants = {}
    for name in APPLICATIONS:
        service = accounts.register_service(actor=setup, name=name, purpose="Bench", owner=people["Olga"])
        asked = {"rate_limit": None, "budget": None} | bounds[name]
        request = operations.request_model_access(
            actor=owner, ai_model=model, subject=service, use_case=case, environment="test", purpose="claims-triage",
            purpose_details="Sort claims by urgency.", days=30, **asked,
        )  # fmt: skip
        operations.decide_model_request(actor=decider, request=request, approve=True, reason="Needed, and bounded.")
        grants[name] = request.grants.get()
    gateway = accounts.register_service(actor=setup, name="gateway", purpose="Passes calls on", owner=delivery)
    assert isinstance(gateway, ServiceIdentity)
    accounts.assign_role(
        actor=setup, role=Role.objects.get(key="delivery-team"), service=gateway, department=department, reason="Bench"
    )
    token = accounts.issue_token(
        actor=delivery.as_actor(), name="Gateway", scopes=["registry.access.evaluate"], service=gateway
    )
    return token.text, grants


def call(port: int, application: str, text: str, **said: Any) -> tuple[int, str, float]:
    """Make one call; return the status, what was said, and milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = {"model": "urgency", "user": application, "messages": [{"role": "user", "content": text}], **said}
    began = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", json.dumps(body),
                       {"Content-Type": "application/json", "Authorization": f"Bearer sk-{application}"})  # fmt: skip
    answer = connection.getresponse()
    found = answer.read().decode()
    connection.close()
    return answer.status, found, (time.perf_counter() - began) * 1000


def kind_of(status: int, said: str) -> str:
    """Name what a caller got."""
    if status == 200:
        return "allowed"
    for rule, name in (("MCL-016", "over rate"), ("MCL-017", "over budget"), ("MCL-", "refused")):
        if rule in said:
            return name
    return "refused, Gatehouse away" if "away" in said else f"status {status}"


def in_log(since: Any) -> collections.Counter[str]:
    """Count the calls that the access log holds."""
    from django.db import connections

    from apps.catalog.models import AccessRecord

    connections.close_all()
    rows = AccessRecord.objects.filter(kind="call", at__gte=since).values_list("outcome", "rule")
    return collections.Counter(f"{outcome} {rule}" for outcome, rule in rows)


def thousand(port: int, calls: int) -> collections.Counter[tuple[str, str]]:
    """Let the three applications make their calls from eight threads; every tenth is beyond a bound, every seventh personal."""

    def one(number: int) -> tuple[str, str]:
        application = APPLICATIONS[number % 3]
        text = f"Write to anna{number}@example.org about claim {number}" if number % 7 == 0 else f"Sort claim {number}"
        tokens = 900 if number % 10 == 0 else 50
        status, said, _took = call(port, application, text, max_tokens=tokens)
        return application, kind_of(status, said)

    with ThreadPoolExecutor(8) as pool:
        return collections.Counter(pool.map(one, range(calls)))


def told(found: collections.Counter[Any]) -> str:
    """Return counts as words."""
    return ", ".join(
        f"{' '.join(key) if isinstance(key, tuple) else key} {number}" for key, number in sorted(found.items())
    )


def one_thousand(name: str, port: int, calls: int) -> None:
    """Count what callers got, what the model server saw and what the log holds."""
    from apps.kernel import clock

    began, FakeModel.seen = clock.now(), []
    got = thousand(port, calls)
    logged = in_log(began)
    allowed = sum(number for (_application, kind), number in got.items() if kind == "allowed")
    leaked = sum("@" in text for _user, text in FakeModel.seen)
    rewritten = sum("[e-mail address]" in text for _user, text in FakeModel.seen)
    print(f"{name}: {sum(got.values())} calls: {told(got)}")
    print(
        f"  the model server saw {len(FakeModel.seen)} calls ({allowed} allowed), {rewritten} rewritten, {leaked} with an address"
    )
    print(f"  the access log holds {sum(logged.values())} decisions: {told(logged)}")


def latency(ports: dict[str, int], rounds: int) -> None:
    """Compare the time of a call with that of the proxy that asks nobody, one after the other in turns."""
    sides: dict[str, list[float]] = {name: [] for name in ports}
    for number in range(rounds):
        for name, port in ports.items():
            status, said, took = call(port, "claims-letters", f"Sort claim {number}", max_tokens=50)
            if status != 200:
                raise RuntimeError(f"{name}: {status} {said}")
            sides[name].append(took)
    floor = {share: quantile(sides["asks nobody"], share) for share in (0.5, 0.95)}
    for name, values in sides.items():
        half, most = quantile(values, 0.5), quantile(values, 0.95)
        print(f"  {name:22} p50 {half:6.1f} ms (+{half - floor[0.5]:.1f}, {half / floor[0.5]:.2f} x)   "
              f"p95 {most:6.1f} ms (+{most - floor[0.95]:.1f}, {most / floor[0.95]:.2f} x)")  # fmt: skip


def phase_of(away: float) -> str:
    """Name the stretch of time in which a call was made, by the seconds since the portal was killed."""
    borders = ((0, "before"), (5, "at once"), (AGE - EVERY - 2, "young bundle"), (AGE + 2, "its age ends"))
    return next((name for border, name in borders if away < border), "old bundle")


def kill(web: Web) -> None:
    """End the portal's web processes as a power cut would."""
    children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()
    for pid in (web.process.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)


def killed(web: Web, start: Any) -> Web:
    """Kill the portal in the middle of calls, count until the bundles are too old, and bring it back."""
    from apps.kernel import clock

    FakeModel.seen = []
    got: dict[str, collections.Counter[tuple[str, str]]] = collections.defaultdict(collections.Counter)
    stop, dead_at, lock = threading.Event(), [0.0], threading.Lock()

    def caller(application: str) -> None:
        while not stop.wait(0.5):
            asked_at = time.monotonic()
            status, said, _took = call(HOOK, application, "Sort the claim of bo@example.org", max_tokens=50)
            phase = phase_of(asked_at - dead_at[0] if dead_at[0] else -1.0)
            with lock:
                got[phase][application, kind_of(status, said)] += 1

    began = clock.now()
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(caller, application) for application in ("claims-letters", "helpdesk")]
        time.sleep(EVERY + 3)
        kill(web)
        dead_at[0] = time.monotonic()
        time.sleep(AGE + 8)
        stop.set()
        for run in runs:
            run.result()
    for phase in ("before", "at once", "young bundle", "its age ends", "old bundle"):
        print(f"  {phase:13} {told(got[phase])}")
    print(
        f"  the model server saw {len(FakeModel.seen)}, {sum('@' in text for _u, text in FakeModel.seen)} with an address"
    )
    web = start()
    time.sleep(2 * EVERY + 3)
    logged, total = in_log(began), sum(sum(one.values()) for one in got.values())
    print(f"  back again: {total} calls were made, the access log holds {sum(logged.values())}: {told(logged)}")
    status, said, _took = call(HOOK, "claims-letters", "Sort one more", max_tokens=50)
    print(f"  the next call of the closed grant: {kind_of(status, said)}")
    return web


def proxies(command: str, folder: Path, environment: dict[str, str], token: str) -> list[Proxy]:
    """Start the three proxies."""
    guardrail = {"guardrails": [{"guardrail_name": "gatehouse", "litellm_params": {
        "guardrail": "generic_guardrail_api", "mode": "pre_call", "default_on": True, "unreachable_fallback": "fail_closed",
        "api_base": f"http://127.0.0.1:{PORTAL}", "api_key": token,
        "additional_provider_specific_params": {"environment": "test", "max_cost": "0.01"}}}]}  # fmt: skip
    hook = {"litellm_settings": {"callbacks": "litellm_gatehouse.gatehouse"}}
    plain = {name: value for name, value in environment.items() if name.startswith(("PATH", "HOME", "LANG"))}
    asking = plain | {
        "GATEHOUSE_URL": f"http://127.0.0.1:{PORTAL}", "GATEHOUSE_TOKEN": token, "GATEHOUSE_SERVICE": ",".join(APPLICATIONS),
        "GATEHOUSE_ENVIRONMENT": "test", "GATEHOUSE_BUNDLE_EVERY": str(EVERY), "GATEHOUSE_CALL_COST": "0.01",
    }  # fmt: skip
    started = [
        Proxy(command, folder, "floor", FLOOR, {}, plain),
        Proxy(command, folder, "guardrail", GUARDRAIL, guardrail, plain),
        Proxy(command, folder, "hook", HOOK, hook, asking),
    ]
    for one in started:
        one.wait()
    return started


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litellm", required=True, help="the litellm command of a throw-away environment")
    parser.add_argument("--calls", type=int, default=1_000)
    arguments = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    server, valkey = PostgreSQL(data), Valkey(data)
    server.start()
    valkey.start()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))},
        "DJANGO_SETTINGS_MODULE": "portal.settings", "GATEHOUSE_MODE": "test", "DATABASE_URL": server.url("application"),
        "VALKEY_URL": valkey.url(), "GATEHOUSE_DATA": str(data), "GATEHOUSE_LOG_LEVEL": "INFO",
        "GATEHOUSE_ACCESS_BUNDLE_FRESH": str(AGE), "GATEHOUSE_ACCESS_BUNDLE_STALE": str(AGE),
    }  # fmt: skip
    model = ThreadingHTTPServer(("127.0.0.1", MODEL), FakeModel)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    web, started = None, []
    try:
        token, grants = arrange(prepare(server, environment))

        def start() -> Web:
            return Web("portal.wsgi", PORTAL, environment, 2, data / "web.log")

        def begin_anew() -> None:
            from apps.kernel import clock
            from apps.kernel.actors import Actor
            from apps.registry.operations import calls, counters
            from apps.registry.queries.spending import period_of

            counters.client().flushall()
            # Counters that are lost begin from the books: these say that nothing is spent.
            now = clock.now()
            for grant in grants.values():
                period = period_of(grant.budget_period, now)
                calls.settle_budget(
                    actor=Actor.system("beat"), grant=grant, period=period, spent=Decimal(0), moment=now
                )

        print("; ".join(f"{name}: {grant.key}, {grant.fail_mode}, rate {grant.rate_limit}, budget {grant.budget}"
                        for name, grant in grants.items()))  # fmt: skip
        web = start()
        started = proxies(arguments.litellm, data, environment, token)
        latency({"asks nobody": FLOOR, "LiteLLM's guardrail": GUARDRAIL, "our hook": HOOK}, 200)
        begin_anew()
        one_thousand("LiteLLM's guardrail", GUARDRAIL, arguments.calls)
        begin_anew()
        one_thousand("our hook", HOOK, arguments.calls)
        begin_anew()
        print(f"the portal killed; bundles last {AGE} s and were fetched every {EVERY} s:")
        web = killed(web, start)
    except RuntimeError:
        print((data / "web.log").read_text(errors="replace")[-3000:])
        raise
    finally:
        for one in (*started, web):
            if one is not None:
                one.stop()
        model.shutdown()
        valkey.stop()
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
