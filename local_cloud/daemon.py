"""The local cloud in the background: one per folder, found again by its pid file.

The rule: a process is ours only if it says so. By now the pid in the file may belong to another process and the port to
another program, so nothing is trusted until the health check has answered with that pid. And a local cloud that its pid
file no longer names cannot be found again, so it ends by itself: a folder that is removed leaves nothing behind.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

HOST = "127.0.0.1"
PORT = 4566
PORTS_TRIED = 50
PORT_IN_USE = "Port in use on this machine"  # the server's own words
START_SECONDS = 60.0  # a cold disk with a virus scanner is slow; usually it takes one second
STOP_SECONDS = 10.0
NOT_INHERITED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL")  # the local cloud has its own account only


class DaemonError(RuntimeError):
    """The local cloud could not be started; the text says why and where its log is."""


class RunsOtherwise(DaemonError):
    """It runs already, on another port or at another speed than is asked for."""


class PortTaken(DaemonError):
    """Another program listens on the port that is asked for."""


class PortLost(DaemonError):
    """Another program took the port after it was found free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running local cloud. `speed`: how many times faster than AWS it is; `log` is the path of its log file."""

    pid: int
    port: int
    speed: float
    endpoint: str
    log: str


def up(folder: Path, *, port: int | None = None, speed: float | None = None, usual: float = 1.0) -> Running:
    """The local cloud of that folder, started if there is none.

    Without a port, a new one takes 4566 or the next free one, and without a speed the `usual` one. Raises PortTaken or
    RunsOtherwise if it cannot be as it is asked for, and DaemonError if it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if found := running(folder):
            return _as_asked(found, port, speed)
        return _start(folder, port, speed or usual)


def _start(folder: Path, port: int | None, speed: float) -> Running:
    if port:
        return _started(folder, _free(port), speed)
    for candidate in range(PORT, PORT + PORTS_TRIED):
        if _is_free(candidate):
            with suppress(PortLost):
                return _started(folder, candidate, speed)
    raise DaemonError(f"There is no free port from {PORT} to {PORT + PORTS_TRIED - 1}.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process at a time may look for a folder's local cloud and start it; a killed one blocks nobody."""
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def down(folder: Path) -> bool:
    """Stop it, politely at first; False if there was none."""
    found = running(folder)
    if found:
        _stop(found.pid)
    _pid_file(folder).unlink(missing_ok=True)
    return found is not None


def running(folder: Path) -> Running | None:
    """The local cloud of that folder, if it answers; a stale pid file does not count."""
    found = _read(_pid_file(folder))
    return found if found and _answering_pid(found.endpoint) == found.pid else None


def named(pid_file: Path) -> int | None:
    """The process that a pid file names. A local cloud that is no longer named cannot be found, and ends."""
    found = _read(pid_file)
    return found.pid if found else None


def _read(pid_file: Path) -> Running | None:
    try:
        return Running(**json.loads(pid_file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def logs(folder: Path) -> Path:
    """The log file, whether or not it exists yet; each start begins a new one."""
    return folder / "log"


def function_log(folder: Path, function: str) -> Path:
    """The file for this function's output, once it has been called."""
    return folder / "logs" / f"{function}.log"


def _pid_file(folder: Path) -> Path:
    return folder / "pid.json"


def _spawn(folder: Path, *, port: int, speed: float) -> subprocess.Popen[bytes]:
    """Detached from our terminal and signals; in the package's folder, so that -m finds it."""
    arguments = ["serve", "--port", str(port), "--speed", str(speed), "--state", str(folder.absolute())]
    arguments += ["--pid-file", str(_pid_file(folder).absolute())]
    arguments += ["--as-of", datetime.now(UTC).date().isoformat()]
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    with logs(folder).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "local_cloud", *arguments],
            cwd=Path(__file__).parent.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _started(folder: Path, port: int, speed: float) -> Running:
    """Start one and wait until it answers. Raises DaemonError; PortLost if another program was faster."""
    process = _spawn(folder, port=port, speed=speed)
    endpoint, log = f"http://{HOST}:{port}", str(logs(folder))
    started = Running(pid=process.pid, port=port, speed=speed, endpoint=endpoint, log=log)
    try:  # before the wait, during which this process may be killed
        _pid_file(folder).write_text(json.dumps(asdict(started)), encoding="utf-8")
    except OSError:  # a full disk: nobody could find it again
        _stop(process.pid)
        raise
    if _answers(process, started):
        process.returncode = 0  # from here on it lives by its pid file: no ResourceWarning for leaving it alone
        return started
    _stop(process.pid)
    process.wait()
    _pid_file(folder).unlink(missing_ok=True)
    end = _tail(logs(folder))
    if not _is_free(port) or PORT_IN_USE in end:  # whoever had the port may be gone again
        raise PortLost(f"Port in use by another program: {port}")
    raise DaemonError(f"The local cloud did not start. Its log, {started.log}, ends:\n{end}")


def _answers(process: subprocess.Popen[bytes], started: Running) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _answering_pid(started.endpoint) == process.pid:
            return True
        time.sleep(0.05)
    return False


def _answering_pid(endpoint: str) -> int | None:
    """The pid that the health check at that endpoint names; None when nothing of ours answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy cannot reach our loopback
    try:
        with direct.open(f"{endpoint}/_local_cloud/health", timeout=5) as response:
            return int(json.load(response)["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _as_asked(found: Running, port: int | None, speed: float | None) -> Running:
    if port and port != found.port:
        raise RunsOtherwise(f"The local cloud is already running, on port {found.port}. Stop it first.")
    if speed and speed != found.speed:
        raise RunsOtherwise(f"The local cloud is already running, {found.speed:g} times as fast as AWS. Stop it first.")
    return found


def _free(port: int) -> int:
    if not _is_free(port):
        raise PortTaken(f"Port in use by another program: {port}. Name another, or none to take the next free one.")
    return port


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def _stop(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Is the process alive? A child that has ended stays a zombie until it is waited for; others just disappear."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
