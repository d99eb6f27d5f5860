"""PostgreSQL and Valkey of one data folder: made, started over sockets only, proven to be ours, stopped."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from . import binaries, children

SUPERUSER, OWNER, APPLICATION, DATABASE = "gatehouse_super", "gatehouse_owner", "gatehouse_app", "gatehouse"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class ServiceFailed(RuntimeError):
    """A service did not start; the text says which, why and where its log is."""


def socket_folder(data: Path) -> Path:
    """Return the short private folder of this data folder's sockets (their paths are limited to 107 bytes)."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    digest = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"gatehouse-{user}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (user, children.NOBODY):
        raise ServiceFailed(f"{folder} belongs to somebody else; remove it or set TMPDIR.")
    folder.chmod(0o700)
    return folder


def installation_secrets(data: Path) -> dict[str, str]:
    """Return the passwords and keys of this installation, made at its first start, readable by its user only."""
    path = data / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    wanted = {"superuser", "owner", "application", "secret_key", "oidc_client_secret", "token_pepper", "installation"}
    missing = {name: secrets.token_urlsafe(64 if name == "secret_key" else 32) for name in wanted - known.keys()}
    if missing:
        known |= missing
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
            json.dump(known, output, indent=1)
        fresh.replace(path)
    return known


@dataclass
class PostgreSQL:
    """The database server of a data folder."""

    data: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def cluster(self) -> Path:
        """The folder of the database cluster."""
        return self.data / "postgresql"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.data / "logs" / "postgresql.log"

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the connection URL of a role (superuser, owner or application)."""
        names = {"superuser": SUPERUSER, "owner": OWNER, "application": APPLICATION}
        password = installation_secrets(self.data)[role]
        return f"postgresql://{names[role]}:{quote(password)}@/{database}?host={quote(str(socket_folder(self.data)))}"

    def start(self) -> None:
        """Make the cluster if there is none, stop a leftover of ours, start, and prove that it is ours."""
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        if not (self.cluster / "PG_VERSION").exists():
            self._create()
        self.cluster.chmod(0o700)
        self.stop_leftover()
        settings = ("listen_addresses=", f"unix_socket_directories={socket_folder(self.data)}", "max_connections=60",
                    "shared_buffers=128MB", "log_min_messages=error", *self.options)  # fmt: skip
        command: list[str | Path] = [binaries.postgresql(), "-D", self.cluster]
        for setting in settings:
            command += ["-c", setting]
        with self.log.open("ab") as output:
            self.process = children.spawn(command, log=output, leave_root=True, folder=self.data)
        self._wait()
        self._prepare()

    def _create(self) -> None:
        if self.cluster.exists():
            # An earlier creation was interrupted: there is no PG_VERSION, so there is no data either.
            self.cluster.rename(self.data / f"postgresql-incomplete-{int(time.time())}")
        password_file = self.data / "superuser.new"
        password_file.write_text(installation_secrets(self.data)["superuser"])
        password_file.chmod(0o600)
        try:
            children.run(
                [binaries.postgresql("initdb"), "-D", self.cluster, "-U", SUPERUSER, "-E", "UTF8", "--no-instructions",
                 "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=scram-sha-256",
                 f"--pwfile={password_file}", "--no-sync"],
                folder=self.data,
            )  # fmt: skip
        finally:
            password_file.unlink()

    def stop_leftover(self) -> None:
        """End a server of this cluster that outlived its supervisor; its pid file and command line prove that it is ours."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            if str(self.cluster) in command and children.alive(pid):
                os.kill(pid, signal.SIGINT)
                wait_for(lambda: not children.alive(pid), 20, "an earlier PostgreSQL to stop")
        # Backends of a killed server end by themselves, but not at once; until then its files are theirs.
        wait_for(lambda: not children.working_in(self.cluster), 20, "processes of an earlier PostgreSQL to stop")
        if Path("/proc/self").exists() and not children.alive(pid):
            # A killed server that nobody has reaped yet still has its number, which PostgreSQL takes for a running one.
            for path in (pid_file, *socket_folder(self.data).glob(".s.PGSQL.*")):
                path.unlink(missing_ok=True)

    def _wait(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ServiceFailed(f"PostgreSQL stopped at once; see {self.log}:\n{tail(self.log)}")
            with (
                contextlib.suppress(psycopg.OperationalError),
                psycopg.connect(self.url("superuser", "postgres"), connect_timeout=3) as connection,
            ):
                pid = int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
                folder = connection.execute("SHOW data_directory").fetchone()
                if pid == self.process.pid and folder and Path(folder[0]) == self.cluster:
                    return
                raise ServiceFailed("Another PostgreSQL answers on our socket.")
            time.sleep(0.05)
        raise ServiceFailed(f"PostgreSQL did not answer within a minute; see {self.log}.")

    def _prepare(self) -> None:
        """Make the two roles and the database: the owner migrates, the application owns nothing."""
        words = installation_secrets(self.data)
        with psycopg.connect(self.url("superuser", "postgres"), autocommit=True) as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role, password, rights in ((APPLICATION, "application", ""), (OWNER, "owner", "CREATEDB")):
                if role not in known:
                    connection.execute(f"CREATE ROLE {role} LOGIN {rights} PASSWORD '{words[password]}'")
            connection.execute(f"GRANT {APPLICATION} TO {OWNER}")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def stop(self) -> None:
        """Stop the server, ending open sessions."""
        if self.process is not None:
            children.stop(self.process, how=signal.SIGINT, patience=10)


@dataclass
class Valkey:
    """The queue, cache and rate-limit server of a data folder."""

    data: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        """The server's socket."""
        return socket_folder(self.data) / "valkey.sock"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.data / "logs" / "valkey.log"

    def url(self, database: int = 0) -> str:
        """Return the URL of one of its databases, for redis-py."""
        return f"unix://{self.socket}?db={database}"

    def start(self) -> None:
        """Start the server and prove that the one that answers is ours."""
        folder = self.data / "valkey"
        folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.stop_leftover()
        self.socket.unlink(missing_ok=True)
        command = [
            binaries.valkey(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700", "--dir", folder,
            "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no",
        ]  # fmt: skip
        with self.log.open("ab") as output:
            self.process = children.spawn(command, log=output, folder=folder)
        wait_for(self._answers, 20, f"Valkey (see {self.log})")

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise ServiceFailed(f"Valkey stopped at once; see {self.log}:\n{tail(self.log)}")
        answered = self._ask()
        if answered is not None and answered != self.process.pid:
            raise ServiceFailed("Another Valkey answers on our socket.")
        return answered is not None

    def _ask(self) -> int | None:
        """Return the process id that the server on our socket gives, if one answers."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(self.socket))
            client.sendall(b"INFO server\r\n")
            found = re.search(rb"process_id:(\d+)", client.recv(65536))
            return int(found[1]) if found else None
        return None

    def stop_leftover(self) -> None:
        """End a server on our private socket that outlived its supervisor: two on one folder would spoil it."""
        pid = self._ask()
        if pid:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
            wait_for(lambda: not children.alive(pid), 20, "an earlier Valkey to stop")

    def stop(self) -> None:
        """Stop the server."""
        if self.process is not None:
            children.stop(self.process)


def wait_for(condition: object, seconds: float, what: str) -> None:
    """Wait until a condition holds; bounded, so that nothing hangs."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise ServiceFailed(f"Waited {seconds:.0f} s for {what} in vain.")


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
