"""`manage.py up`: the whole portal in one terminal."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from portal.demo.people import PEOPLE

from . import children
from .binaries import NoProgram
from .installation import DEFAULT_PORT, ROOT, Installation, Unusable
from .services import PostgreSQL, ServiceFailed, Valkey, tail
from .supervisor import Program, Supervisor, end_leftovers

READY_SECONDS = 120


def up(arguments: argparse.Namespace) -> int:
    """Start everything, say where it is, watch it, and stop it in order."""
    installation = Installation(arguments.data)
    try:
        installation.create_folder()
        lock = installation.lock()
        if lock is None:
            pid = installation.running_as()
            print(f"Gatehouse already runs on {installation.data} (process {pid}): see manage.py status.")
            return 3
        return _run(installation, arguments)
    except (Unusable, NoProgram, ServiceFailed, RuntimeError) as problem:
        print(f"Gatehouse did not start. {problem}", file=sys.stderr)
        return 1


def _run(installation: Installation, arguments: argparse.Namespace) -> int:
    begun = time.monotonic()
    supervisor = Supervisor(installation, say=lambda text: print(text, flush=True))
    supervisor.listen()
    end_leftovers(installation, supervisor.say)
    choose_ports(installation, arguments.port)
    if "demo" not in installation.remembered():
        installation.remember(demo=arguments.demo)
    try:
        _start_all(supervisor, installation)
        if supervisor.stopping:
            return 0
        supervisor.ready = True
        supervisor.write_state()
        _say_where(installation, time.monotonic() - begun)
        supervisor.watch()
    finally:
        print("Stopping …", flush=True)
        supervisor.stop_all()
    print("Stopped.", flush=True)
    return 0


def _start_all(supervisor: Supervisor, installation: Installation) -> None:
    first = not installation.exists
    environment = installation.environment()
    if not os.environ.get("DATABASE_URL"):
        with step("Making the database" if first else "Starting the database"):
            supervisor.start("database", PostgreSQL(installation.data))
    if not os.environ.get("VALKEY_URL"):
        supervisor.start("queue", Valkey(installation.data))
    if not os.environ.get("OIDC_ISSUER"):
        supervisor.start("identity", program("identity", installation, environment))
    fingerprint = tables_fingerprint()
    if os.environ.get("DATABASE_URL") or installation.remembered().get("prepared") != fingerprint:
        with step("Preparing tables and rights"):
            prepare(installation, environment)
        installation.remember(prepared=fingerprint)
    environment = {name: value for name, value in environment.items() if name != "DATABASE_OWNER_URL"}
    _build_demo(supervisor, installation, environment)
    web = program("web", installation, environment)
    with step("Starting the web server"):
        supervisor.start("web", web)
        wait_for_answer(supervisor, installation, web)
    for name in ("decisions", "worker", "scheduler"):
        if not supervisor.stopping:
            supervisor.start(name, program(name, installation, environment))


def program(name: str, installation: Installation, environment: dict[str, str]) -> Program:
    """Return one of the portal's own processes."""
    python, port = sys.executable, environment["GATEHOUSE_PORT"]
    gunicorn = [python, "-m", "gunicorn", "--chdir", str(ROOT)]
    gently = ["nice", "-n", "5"] if shutil.which("nice") else []
    identity = f"127.0.0.1:{installation.remembered()['identity_port']}"
    decisions = f"127.0.0.1:{installation.remembered()['decisions_port']}"
    commands = {
        "web": [*gunicorn, "-c", "portal/web_server.py", "-b", f"127.0.0.1:{port}", "portal.wsgi"],
        "decisions": [*gunicorn, "-c", "portal/web_server.py", "-b", decisions, "portal.wsgi"],
        "identity": [*gunicorn, "-b", identity, "--threads", "4", "--no-control-socket", "portal.identity.wsgi"],
        "worker": [python, "-m", "celery", "--workdir", str(ROOT), "-A", "portal.celery", "worker",
                   "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"],
        "scheduler": [python, str(ROOT / "manage.py"), "scheduler"],
        "demo": [*gently, python, str(ROOT / "manage.py"), "build_demo"],
    }  # fmt: skip
    extra = {
        "identity": {"DJANGO_SETTINGS_MODULE": "portal.identity.settings"},
        "web": {"GATEHOUSE_PROCESS": "web"},
        "decisions": {"GATEHOUSE_PROCESS": "decisions"},
    }
    return Program(name, commands[name], installation, environment | {"PYTHONUNBUFFERED": "1"} | extra.get(name, {}))


def tables_fingerprint() -> str:
    """Return a hash of everything that shapes tables and rights: when it is the last one, there is nothing to prepare."""
    digest = hashlib.sha256()
    for pattern in ("apps/*/migrations/*.py", "apps/*/sql/*.sql", "apps/audit/g*.py", "requirements.lock"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def prepare(installation: Installation, environment: dict[str, str]) -> None:
    """Let the owner's role migrate and grant."""
    command = [sys.executable, str(ROOT / "manage.py"), "prepare_database"]
    if installation.remembered().get("demo"):
        command.append("--demo")
    log = installation.logs / "prepare.log"
    with log.open("wb") as output:
        process = children.spawn(command, log=output, environment=environment)
        code = _show_progress(process, log)
    if code != 0:
        raise ServiceFailed(f"The database could not be prepared; see {log}:\n{tail(log)}")


def _show_progress(process: subprocess.Popen[bytes], log: Path) -> int:
    """Print a dot for every few migrations until the process ends; return its exit code."""
    shown, deadline = 0, time.monotonic() + 600
    while process.poll() is None and time.monotonic() < deadline:
        done = log.read_bytes().count(b"... OK") // 5
        print("." * (done - shown), end="", flush=True)
        shown = max(shown, done)
        time.sleep(0.2)
    if shown:
        print(" ", end="", flush=True)
    children.stop(process)
    return process.returncode


def wait_for_answer(supervisor: Supervisor, installation: Installation, web: Program) -> None:
    """Wait until the portal answers a request, or say what its log says."""
    port, deadline = installation.remembered()["port"], time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not supervisor.stopping:
        if web.process is None or web.process.poll() is not None:
            raise ServiceFailed(f"The web server stopped at once:\n{tail(installation.logs / 'web.log')}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/readyz", headers={"Host": f"127.0.0.1:{port}"})
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    if not supervisor.stopping:
        installation.remember(prepared="")
        raise ServiceFailed(f"The portal did not answer in time:\n{tail(installation.logs / 'web.log')}")


def _build_demo(supervisor: Supervisor, installation: Installation, environment: dict[str, str]) -> None:
    """Build the demo enterprise beside the portal, once; an interrupted building goes on at the next start."""
    done = installation.data / "demo-built"
    if not installation.remembered().get("demo") or done.exists():
        return

    def finish() -> None:
        done.touch()
        supervisor.say("The demo enterprise is complete.")

    supervisor.say("Building the demo enterprise in the background: manage.py logs demo -f")
    supervisor.start("demo", program("demo", installation, environment), once=finish)


def choose_ports(installation: Installation, wanted: int | None) -> None:
    """Take the port that was asked for, or the last one, or the next free one; refuse a taken one that was asked for."""
    remembered = installation.remembered()
    port = wanted or remembered.get("port") or DEFAULT_PORT
    if not free(port):
        if wanted:
            raise Unusable(f"Port {port} is taken by another program. Choose another one with --port.")
        taken, port = port, next_free(port + 2)
        print(f"Port {taken} is taken by another program; using {port}.", flush=True)
    provider = remembered.get("identity_port")
    if not provider or provider == port or not free(provider):
        provider = next_free(port + 1)
    decisions = remembered.get("decisions_port")
    if not decisions or decisions in (port, provider) or not free(decisions):
        decisions = next_free(max(port, provider) + 1)
    installation.remember(port=port, identity_port=provider, decisions_port=decisions)


def free(port: int) -> bool:
    """Tell whether a port of the loopback interface can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def next_free(port: int) -> int:
    """Return the first free port from here on."""
    for candidate in range(port, min(port + 200, 65536)):
        if free(candidate):
            return candidate
    raise Unusable("There is no free port. Choose one with --port.")


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    begun = time.monotonic()
    print(f"{what} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed.", flush=True)
        raise
    print(f"{time.monotonic() - begun:.1f} s", flush=True)


def _say_where(installation: Installation, seconds: float) -> None:
    address = f"http://127.0.0.1:{installation.remembered()['port']}/"
    print(f"\nGatehouse is ready after {seconds:.1f} s: {address}\n")
    decisions = f"http://127.0.0.1:{installation.remembered()['decisions_port']}/"
    print(f"Programs ask for decisions there, or without waiting for pages at {decisions}\n")
    if not os.environ.get("OIDC_ISSUER"):
        personas = [person for person in PEOPLE if person.persona]
        print("Sign in by choosing a person, no password needed:")
        width = max(len(person.name) for person in personas)
        for person in personas:
            print(f"  {person.name:{width}}  {person.persona}")
    if not installation.remembered().get("demo"):
        print("Appoint the first administrator: manage.py appoint EMAIL")
    print("\nStop with Ctrl+C, or from elsewhere with: manage.py down\n", flush=True)
