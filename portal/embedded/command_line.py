"""What `manage.py` does before Django: the verbs of the installation, and for all others its environment.

The verbs need no settings and no database, so they also work when something is wrong with either.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import backup, verbs
from .installation import Installation, default_folder
from .up import up

# Commands of Django that change tables run as the role that owns them.
OWNERS_COMMANDS = {"migrate", "prepare_database", "showmigrations", "sqlmigrate"}
Verb = Callable[[argparse.Namespace], int]


def run(argv: Sequence[str]) -> int:
    """Run a verb of the installation, or hand over to Django."""
    arguments = list(argv[1:])
    command = next((word for word in arguments if not word.startswith("-")), "")
    mode = os.environ.get("GATEHOUSE_MODE", "embedded")
    if command in VERBS and command != "dbshell" and mode != "embedded":
        print(f"manage.py {command} is for the embedded installation, and GATEHOUSE_MODE is {mode}.", file=sys.stderr)
        return 2
    if command in VERBS and mode == "embedded":
        parsed = parser().parse_args(arguments)
        parsed.data = Path(parsed.data).expanduser().resolve() if parsed.data else default_folder()
        try:
            return VERBS[command][0](parsed)
        except KeyboardInterrupt:
            return 130
    if command in ("", "help") and len(arguments) < 2:
        print(_overview())
    folder, rest = _take_data_folder(arguments)
    _adopt(folder, command)
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from portal.environment import Misconfigured

    try:
        settings.MODE  # noqa: B018 - reads the settings
    except Misconfigured as problem:
        print(problem, file=sys.stderr)
        return 2
    execute_from_command_line([argv[0], *rest])
    return 0


def _take_data_folder(arguments: list[str]) -> tuple[Path, list[str]]:
    """Take `--data DIR` out of the words of any command."""
    rest: list[str] = []
    folder: str | None = None
    words = iter(arguments)
    for word in words:
        if word == "--data":
            folder = next(words, None)
        elif word.startswith("--data="):
            folder = word.partition("=")[2]
        else:
            rest.append(word)
    return (Path(folder).expanduser().resolve() if folder else default_folder()), rest


def _adopt(folder: Path, command: str) -> None:
    """Give a command the environment of the embedded installation, unless another one is configured."""
    installation = Installation(folder)
    mode = os.environ.get("GATEHOUSE_MODE", "embedded")
    if mode == "embedded" and not os.environ.get("DATABASE_URL") and installation.exists:
        os.environ.update(installation.environment())
    if mode == "embedded":
        os.environ["GATEHOUSE_DATA"] = str(folder)
    for suffix in ("", "_FILE"):
        owner = os.environ.get(f"DATABASE_OWNER_URL{suffix}")
        if command in OWNERS_COMMANDS and owner:
            os.environ.pop("DATABASE_URL_FILE" if not suffix else "DATABASE_URL", None)
            os.environ[f"DATABASE_URL{suffix}"] = owner
            os.environ["GATEHOUSE_PROCESS"] = "owner"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the verbs."""
    top = argparse.ArgumentParser(prog="manage.py", description="Gatehouse in one command.")
    found = top.add_subparsers(dest="verb", required=True)
    for name, (_verb, text) in VERBS.items():
        sub = found.add_parser(name, help=text, description=text)
        sub.add_argument("--data", metavar="DIR", help="the data folder (else GATEHOUSE_DATA, else .gatehouse)")
        if name == "up":
            sub.add_argument("--port", type=_port, help="the port of the portal on the loopback interface (else 8000)")
            sub.add_argument("--no-demo", dest="demo", action="store_false", help="start empty, without demo data")
        if name == "status":
            sub.add_argument("--json", action="store_true", help="for programs")
        if name == "logs":
            sub.add_argument(
                "name", nargs="?", help="database, queue, identity, web, decisions, worker, scheduler, demo"
            )
            sub.add_argument("-f", "--follow", action="store_true", help="go on as lines come")
            sub.add_argument("-n", "--lines", type=int, default=40)
        if name in ("reset", "restore"):
            sub.add_argument("--yes", action="store_true", help="do not ask")
        if name in ("backup", "restore"):
            sub.add_argument("file", metavar="FILE")
        if name == "dbshell":
            sub.add_argument("--role", choices=("application", "owner", "superuser"), default="application")
            sub.add_argument("psql", nargs="*", metavar="-- psql's arguments")
    return top


def _port(text: str) -> int:
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1024 to 65535")
    return int(text)


VERBS: dict[str, tuple[Verb, str]] = {
    "up": (
        up,
        "start everything and watch it: database, queue, identity provider, web, decisions, worker, scheduler, demo data",
    ),
    "status": (verbs.status, "say what runs and where; exit code 0 when it is ready"),
    "down": (verbs.down, "stop a running `up` in order"),
    "logs": (verbs.logs, "show the logs of all processes or of one"),
    "reset": (verbs.reset, "delete the data folder, after asking"),
    "backup": (backup.backup, "write database, files and keys into one archive"),
    "restore": (backup.restore, "put a backup in place of what is here, after asking"),
    "dbshell": (verbs.dbshell, "open psql on the running database"),
}


def _overview() -> str:
    lines = [f"  {name:10}{text}" for name, (_verb, text) in VERBS.items()]
    return "\n".join(["The installation (each with --data DIR):", *lines, "", "Further commands:"])
