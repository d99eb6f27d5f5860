"""Keeping the processes of an installation alive: start, watch, start again with growing pauses, stop in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from . import children
from .installation import Installation, born, write_json

STEADY_SECONDS = 60
LONGEST_PAUSE = 30


class Startable(Protocol):
    """What the supervisor needs of a service: to start (raising when that fails), its process, and to stop."""

    process: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start it."""

    def stop(self) -> None:
        """Stop it."""


@dataclass
class Program:
    """A process of ours: its command, run with the installation's environment, its output in a log of its name."""

    name: str
    command: list[str]
    installation: Installation
    environment: dict[str, str]
    patience: float = 9
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process."""
        with (self.installation.logs / f"{self.name}.log").open("ab") as log:
            self.process = children.spawn(self.command, log=log, environment=self.environment)

    def ask_to_stop(self) -> None:
        """Send the polite signal; the answer is awaited in `stop`."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Stop the process and whatever it started."""
        if self.process is None:
            return
        children.stop(self.process, patience=self.patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Watched:
    """A supervised process and how its starts went."""

    name: str
    what: Startable
    once: Callable[[], object] | None = None
    started_at: float = 0
    restarts: int = 0
    failures: int = 0
    next_start: float = 0
    state: str = "stopped"


@dataclass
class Supervisor:
    """All processes of one installation, in the order of their start."""

    installation: Installation
    say: Callable[[str], None]
    watched: list[Watched] = field(default_factory=list)
    stopping: bool = False
    ready: bool = False

    def listen(self) -> None:
        """Take over the signals: a shell's background job, for example, starts with SIGINT ignored."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: object) -> None:
        if self.stopping:
            for item in self.watched:
                if not isinstance(item.what, Program):
                    continue
                if item.what.process is not None and item.what.process.poll() is None:
                    item.what.process.kill()
        self.stopping = True

    def start(self, name: str, what: Startable, *, once: Callable[[], object] | None = None) -> None:
        """Start a process and watch it from now on."""
        item = Watched(name, what, once=once)
        self.watched.append(item)
        item.what.start()
        item.started_at, item.state = time.monotonic(), "running"
        self.write_state()

    def watch(self) -> None:
        """Look after the processes until somebody asks to stop."""
        while not self.stopping:
            self.look()
            time.sleep(0.2)

    def look(self) -> None:
        """Notice the dead and start again those whose pause is over."""
        changed = [self._look_at(item) for item in self.watched]
        if any(changed):
            self.write_state()

    def _look_at(self, item: Watched) -> bool:
        if item.state == "running":
            code = item.what.process.poll() if item.what.process else 1
            if code is None:
                if item.failures and time.monotonic() - item.started_at > STEADY_SECONDS:
                    item.failures = 0
                return False
            return self._died(item, code)
        if item.state == "waiting" and time.monotonic() >= item.next_start:
            item.restarts += 1
            try:
                item.what.start()
            except Exception as problem:
                self.say(f"{item.name} cannot be started: {problem}")
                return self._pause(item)
            item.started_at, item.state = time.monotonic(), "running"
            self.say(f"{item.name} runs again.")
            return True
        return False

    def _died(self, item: Watched, code: int) -> bool:
        if item.once and code == 0:
            item.state = "finished"
            item.once()
            return True
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.say(f"{item.name} stopped ({how}); it is started again. Its log: manage.py logs {item.name}")
        if not item.once:
            with contextlib.suppress(Exception):
                item.what.stop()
        elif item.failures >= 2:
            item.state = "failed"
            self.say(f"{item.name} failed three times and is left alone.")
            return True
        return self._pause(item)

    def _pause(self, item: Watched) -> bool:
        item.failures += 1
        item.next_start = time.monotonic() + min(LONGEST_PAUSE, 0.5 * 2 ** (item.failures - 1))
        item.state = "waiting"
        return True

    def write_state(self) -> None:
        """Tell the other verbs what runs."""
        processes = {}
        for item in self.watched:
            pid = item.what.process.pid if item.what.process else None
            processes[item.name] = {
                "state": item.state,
                "pid": pid,
                "born": born(pid) if pid and item.state == "running" else "",
                "restarts": item.restarts,
            }
        write_json(
            self.installation.data / "state.json",
            {"pid": os.getpid(), "ready": self.ready, "processes": processes},
        )

    def stop_all(self) -> None:
        """Stop everything in order: first what works, then what it works with; bounded in time."""
        programs = [item.what for item in self.watched if isinstance(item.what, Program)]
        for program in programs:
            program.ask_to_stop()
        for program in programs:
            program.stop()
        for item in reversed(self.watched):
            if not isinstance(item.what, Program):
                item.what.stop()
        (self.installation.data / "state.json").unlink(missing_ok=True)


def end_leftovers(installation: Installation, say: Callable[[str], None]) -> None:
    """End processes of an `up` that was killed; databases end theirs themselves, in their own way."""
    found = [(name, pid) for name, pid in installation.leftovers() if name not in ("database", "queue")]
    for name, pid in found:
        say(f"Ending {name}, left over from an earlier start.")
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 10
    while any(children.alive(pid) for _, pid in found) and time.monotonic() < deadline:
        time.sleep(0.1)
    for _, pid in found:
        if children.alive(pid):
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
