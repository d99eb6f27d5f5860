"""One installation: its data folder, its remembered choices, who runs it, and the environment of its processes."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .services import PostgreSQL, Valkey, installation_secrets

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8000
CLIENT_ID = "gatehouse"


class Unusable(RuntimeError):
    """The data folder cannot be used; the text says why and what to do."""


def default_folder() -> Path:
    """Return the data folder: GATEHOUSE_DATA, or `.gatehouse` in the checkout."""
    return Path(os.environ.get("GATEHOUSE_DATA") or ROOT / ".gatehouse").expanduser().resolve()


@dataclass(frozen=True)
class Installation:
    """A data folder and what can be known of it without touching the database."""

    data: Path

    @property
    def logs(self) -> Path:
        """The folder of the processes' logs."""
        return self.data / "logs"

    @property
    def exists(self) -> bool:
        """Tell whether an installation was ever made here."""
        return (self.data / "postgresql" / "PG_VERSION").exists()

    def create_folder(self) -> None:
        """Make the folder, readable by its user only, or say why that cannot be."""
        try:
            self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.logs.mkdir(exist_ok=True)
            probe = self.data / ".writable"
            probe.write_text("")
            probe.unlink()
        except OSError as problem:
            raise Unusable(
                f"The data folder {self.data} cannot be written ({problem.strerror}). "
                "Choose another one with --data or GATEHOUSE_DATA."
            ) from problem

    def lock(self) -> int | None:
        """Become the one process that runs this installation; None when another one does."""
        descriptor = os.open(self.data / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        return descriptor

    def running_as(self) -> int | None:
        """Return the process id of the `up` that runs this installation now, if there is one."""
        path = self.data / "up.lock"
        if not path.exists():
            return None
        with path.open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                text = file.read().strip()
                return int(text) if text.isdigit() else 0
        return None

    def remembered(self) -> dict[str, Any]:
        """Return what the last start chose: port, the provider's port, whether there is a demo."""
        return _read(self.data / "installation.json")

    def remember(self, **choices: Any) -> None:
        """Keep choices for the next start."""
        write_json(self.data / "installation.json", self.remembered() | choices)

    def state(self) -> dict[str, Any]:
        """Return what the running `up` says of its processes."""
        return _read(self.data / "state.json")

    def leftovers(self) -> list[tuple[str, int]]:
        """Return processes of an earlier, killed `up` that still live; their start time proves that they are ours."""
        found = []
        for name, child in self.state().get("processes", {}).items():
            pid = child.get("pid")
            if pid and child.get("born") and born(pid) == child["born"]:
                found.append((name, int(pid)))
        return found

    def environment(self) -> dict[str, str]:
        """Return the environment of the portal's processes: what the caller set wins over what is embedded."""
        words = installation_secrets(self.data)
        chosen = self.remembered()
        port, provider = chosen.get("port", DEFAULT_PORT), chosen.get("identity_port", DEFAULT_PORT + 1)
        embedded = {
            "GATEHOUSE_MODE": "embedded",
            "DATABASE_URL": PostgreSQL(self.data).url("application"),
            "DATABASE_OWNER_URL": PostgreSQL(self.data).url("owner"),
            "VALKEY_URL": Valkey(self.data).url(),
            "SECRET_KEY": words["secret_key"],
            "TOKEN_PEPPER": words["token_pepper"],
            "OIDC_ISSUER": issuer(words),
            "OIDC_DISCOVERY_URL": f"http://127.0.0.1:{provider}/.well-known/openid-configuration",
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": words["oidc_client_secret"],
        }
        if os.environ.get("OIDC_ISSUER"):
            embedded.pop("OIDC_DISCOVERY_URL")
        return embedded | dict(os.environ) | {"GATEHOUSE_DATA": str(self.data), "GATEHOUSE_PORT": str(port)}


def issuer(words: dict[str, str]) -> str:
    """Return the embedded provider's name, which stays the same on every port: people are known by it."""
    return f"https://identity.gatehouse.invalid/{words['installation']}"


def born(pid: int) -> str:
    """Return when a process started, as text to compare; empty when there is no such process."""
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    if Path("/proc/self").exists():
        return ""
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return answer.stdout.strip()


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file as a whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        json.dump(content, output, indent=1)
    fresh.replace(path)


def _read(path: Path) -> dict[str, Any]:
    for _attempt in range(2):
        try:
            found = json.loads(path.read_text())
        except FileNotFoundError:
            return {}
        except ValueError:
            time.sleep(0.05)
            continue
        return found if isinstance(found, dict) else {}
    return {}
