"""The verbs about a running installation: status, down, logs, reset, dbshell."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import binaries
from .installation import Installation
from .services import PostgreSQL

STOP_SECONDS = 25


def status(arguments: argparse.Namespace) -> int:
    """Say what runs; 0 when the portal is ready, 3 when it does not run, 4 when it starts or something is amiss."""
    installation = Installation(arguments.data)
    pid = installation.running_as()
    state = installation.state()
    if state.get("pid") != pid:
        # Left behind by one that was killed.
        state = {}
    processes = state.get("processes", {})
    amiss = [name for name, child in processes.items() if child["state"] in ("waiting", "failed")]
    ready = bool(state.get("ready")) and not amiss
    port = installation.remembered().get("port")
    answer = {
        "running": pid is not None,
        "ready": ready,
        "data": str(installation.data),
        "address": f"http://127.0.0.1:{port}/" if pid and port else None,
        "pid": pid,
        "processes": processes,
    }
    if arguments.json:
        print(json.dumps(answer, indent=1))
    elif pid is None:
        print(f"Gatehouse does not run on {installation.data}. Start it with: manage.py up")
    else:
        print(f"Gatehouse {'is ready' if ready else 'is not ready'}: {answer['address']} (process {pid})")
        for name, child in processes.items():
            again = f", restarts: {child['restarts']}" if child["restarts"] else ""
            print(f"  {name:10} {child['state']}{again}")
    if pid is None:
        return 3
    return 0 if ready else 4


def down(arguments: argparse.Namespace) -> int:
    """Stop a running `up` and wait for its end."""
    installation = Installation(arguments.data)
    pid = installation.running_as()
    if not pid:
        print(f"Gatehouse does not run on {installation.data}.")
        return 0
    os.kill(pid, signal.SIGTERM)
    begun = time.monotonic()
    while installation.running_as() is not None:
        if time.monotonic() - begun > STOP_SECONDS:
            print(f"Process {pid} did not stop within {STOP_SECONDS} s.", file=sys.stderr)
            return 1
        time.sleep(0.1)
    print(f"Stopped in {time.monotonic() - begun:.1f} s.")
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Show the last lines of the logs, and go on with `-f`."""
    files = {path.stem: path for path in sorted(Installation(arguments.data).logs.glob("*.log"))}
    files = {{"postgresql": "database", "valkey": "queue"}.get(name, name): path for name, path in files.items()}
    if arguments.name:
        if arguments.name not in files:
            print(f"There is no log of “{arguments.name}”. There are: {', '.join(files) or 'none'}.", file=sys.stderr)
            return 2
        files = {arguments.name: files[arguments.name]}
    width = max((len(name) for name in files), default=0)
    positions = {}
    for name, path in files.items():
        lines = path.read_text(errors="replace").splitlines()
        for line in lines[-arguments.lines :]:
            print(_labelled(name, line, width if len(files) > 1 else 0))
        positions[name] = path.stat().st_size
    with contextlib.suppress(BrokenPipeError):
        while arguments.follow:
            for name, path in files.items():
                positions[name] = _print_new(name, path, positions[name], width if len(files) > 1 else 0)
            time.sleep(0.3)
    return 0


def _print_new(name: str, path: Path, position: int, width: int) -> int:
    size = path.stat().st_size
    if size < position:
        position = 0
    if size == position:
        return position
    with path.open("rb") as file:
        file.seek(position)
        text = file.read()
    whole = text.rfind(b"\n") + 1
    for line in text[:whole].decode(errors="replace").splitlines():
        print(_labelled(name, line, width), flush=True)
    return position + whole


def _labelled(name: str, line: str, width: int) -> str:
    return f"{name:{width}} | {line}" if width else line


def reset(arguments: argparse.Namespace) -> int:
    """Delete the data folder after asking."""
    installation = Installation(arguments.data)
    if not (installation.data / "secrets.json").exists():
        print(f"There is no installation in {installation.data}.")
        return 0
    if installation.running_as() is not None:
        print("Gatehouse runs on this folder. Stop it first: manage.py down", file=sys.stderr)
        return 1
    if not confirmed(f"Delete everything in {installation.data}, its ledger included?", arguments.yes):
        return 1
    PostgreSQL(installation.data).stop_leftover()
    shutil.rmtree(installation.data)
    print("Deleted.")
    return 0


def confirmed(question: str, yes: bool) -> bool:
    """Ask a person; a program has to say --yes."""
    if yes:
        return True
    if not sys.stdin.isatty():
        print(f"{question} Repeat with --yes.", file=sys.stderr)
        return False
    answer = input(f"{question} Type yes: ").strip().lower()
    if answer != "yes":
        print("Nothing was changed.")
    return answer == "yes"


def dbshell(arguments: argparse.Namespace) -> int:
    """Open psql as one of the roles; the ledger sees what is changed there."""
    installation = Installation(arguments.data)
    if installation.running_as() is None:
        print("Gatehouse does not run. Start it with: manage.py up", file=sys.stderr)
        return 3
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    url = PostgreSQL(installation.data).url(arguments.role)
    return subprocess.call([str(binaries.postgresql("psql")), url, *arguments.psql])
