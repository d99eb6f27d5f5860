"""Starting child processes that die with their parent, and leaving root's rights where a server refuses them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def namespaces_work() -> bool:
    """Tell whether a process may enter a user namespace of its own here."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if _libc().unshare(CLONE_NEWUSER) == 0 else 1)
    return os.waitpid(pid, 0)[1] == 0


def before_exec(*, leave_root: bool, die_with: int | None) -> Callable[[], None]:
    """Return what a child does between fork and exec: die with its parent, and stop being root."""
    libc = _libc()

    def prepare() -> None:
        if leave_root:
            # In a namespace of its own the server sees an ordinary user; files stay whose they are.
            libc.unshare(CLONE_NEWUSER)
        if die_with is not None and sys.platform == "linux":
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != die_with:
                os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes] | int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    leave_root: bool = False,
    die_with_parent: bool = True,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own; with `leave_root`, as an ordinary user where we are root."""
    root = leave_root and hasattr(os, "geteuid") and os.geteuid() == 0
    by_user = root and not namespaces_work()
    if by_user and folder is not None:
        _give_away(folder)
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT if log != subprocess.DEVNULL else subprocess.DEVNULL,
        env=dict(environment) if environment is not None else None,
        cwd=folder,
        start_new_session=True,
        user=NOBODY if by_user else None,
        group=NOBODY if by_user else None,
        preexec_fn=before_exec(leave_root=root and not by_user, die_with=os.getpid() if die_with_parent else None),
    )


def run(command: Sequence[str | Path], *, folder: Path, timeout: float = 120) -> str:
    """Run a program to its end as an ordinary user; return its output, raise with it on failure."""
    log = folder / "run.log"
    with log.open("wb") as output:
        code = spawn(command, log=output, leave_root=True, folder=folder).wait(timeout)
    text = log.read_text(errors="replace")
    if code != 0:
        raise RuntimeError(f"{Path(str(command[0])).name} failed ({code}):\n{text[-2000:]}")
    return text


def _give_away(folder: Path) -> None:
    os.chown(folder, NOBODY, NOBODY)
    for path in folder.rglob("*"):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return True
    return state != "Z"


def working_in(folder: Path) -> list[int]:
    """Return the processes whose working folder this is, as far as the system tells."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder and alive(int(entry.name)):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def stop(process: subprocess.Popen[bytes], *, how: signal.Signals = signal.SIGTERM, patience: float = 8) -> None:
    """Ask a child to stop, and make it after `patience` seconds."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
