"""One process that runs one function: AWS's interface emulator with the runtime client below it.

The rule: the emulator decides what Lambda would say (timeouts, crashes, failed imports, sizes); this module only starts
it, speaks its one HTTP call and reads its answers. Where the emulator does not run (it is a Linux program), a small
stand-in in Python takes the same call: see `runtime_plain.py`.
"""

import http.client
import importlib.util
import json
import os
import platform
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.edge.invoke import TOO_LARGE, FunctionError, TooSlow

HOST = "127.0.0.1"
INVOCATIONS = "/2015-03-31/functions/function/invocations"
STARTS_WITHIN = 10.0
LARGEST_EVENT = 6 * 1024 * 1024  # "Invocation payload (request and response), synchronous" in Lambda's quotas
Command = Callable[[str, int, int], list[str]]  # of a handler, the port to listen on, and another free one
STARTING = threading.Lock()  # a free port is only known to be free until somebody else asks
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}

# As in an image, nothing is importable but the code, the installed packages and Python itself: an editable install in
# this environment must not shadow the deployed snapshot.
BOOTSTRAP = """\
import os, sys
task = os.environ["LAMBDA_TASK_ROOT"]
sys.path[:] = [task, *(p for p in sys.path if p.startswith((sys.prefix, sys.base_prefix)))]
from awslambdaric.__main__ import main
main(sys.argv)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What a process needs to know; two equal ones can share a process. `timeout` in seconds, `memory` in MB."""

    name: str
    directory: Path
    handler: str
    timeout: int
    memory: int
    region: str
    environment: tuple[tuple[str, str], ...]
    endpoint: str
    container: str = ""  # what Docker runs instead of the directory


class Worker:
    """Started at once, ready when its port answers. Raises FunctionError when it does not start."""

    def __init__(self, function: Function, log: Path, *, command: Command | None = None) -> None:
        self._function = function
        self._command = command or usual_command()
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with STARTING:
            self._start()

    def _start(self) -> None:
        self._port, runtime_port = _free_ports()
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command(self._function.handler, self._port, runtime_port),
                cwd=self._function.directory,
                env=self._surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C in the terminal is the cloud's to handle
            )
        self._ready()

    def _surroundings(self) -> Mapping[str, str]:
        """Docker finds its engine by the machine's own; the container is given the function's as arguments."""
        return os.environ if self._function.container else environment(self._function)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def invoke(self, event: Mapping[str, Any], *, seconds: float) -> Any:
        """The handler's return value. Raises FunctionError, TooSlow (the process is stopped then)."""
        body = json.dumps(event).encode()
        if len(body) > LARGEST_EVENT:
            raise FunctionError(TOO_LARGE, f"Larger than {LARGEST_EVENT} bytes: {len(body)}")
        try:
            status, answer = self._post(body, seconds)
        except TimeoutError as error:
            self.stop()
            raise TooSlow(f"No answer from {self._function.name} within {seconds:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            self.stop()
            raise FunctionError("Runtime.ExitError", f"The runtime went away: {error}") from error
        return _outcome(status, answer)

    def stop(self) -> None:
        """End the process and what it started."""
        self._process.terminate()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _post(self, body: bytes, seconds: float) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=seconds)
        try:
            connection.request("POST", INVOCATIONS, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _ready(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while self.alive and time.monotonic() < deadline:
            try:
                socket.create_connection((HOST, self._port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        self.stop()
        last = self._log.read_text(encoding="utf-8", errors="replace").rstrip().rpartition("\n")[2]
        raise FunctionError("Runtime.StartFailed", f"The runtime of {self._function.name} did not start: {last}")


def usual_command() -> Command:
    """The emulator where it runs, else its stand-in."""
    emulator = interface_emulator()
    return emulated(emulator) if emulator else plain


def emulated(emulator: Path) -> Command:
    """The runtime client below the interface emulator."""

    def command(handler: str, port: int, runtime_port: int) -> list[str]:
        addresses = ["--runtime-interface-emulator-address", f"{HOST}:{port}", "--runtime-api-address"]
        return [str(emulator), *addresses, f"{HOST}:{runtime_port}", sys.executable, "-c", BOOTSTRAP, handler]

    return command


def plain(handler: str, port: int, _runtime_port: int) -> list[str]:
    """The stand-in in Python."""
    return [sys.executable, str(Path(__file__).with_name("runtime_plain.py")), str(port), handler]


def interface_emulator() -> Path | None:
    """The emulator in SAM CLI's package for this machine; None where there is none. SAM CLI is not imported."""
    samcli = importlib.util.find_spec("samcli")
    machine = MACHINES.get(platform.machine().lower())
    if sys.platform != "linux" or not machine or not samcli or not samcli.submodule_search_locations:
        return None
    binary = Path(samcli.submodule_search_locations[0], "local", "rapid", f"aws-lambda-rie-{machine}")
    return binary if os.access(binary, os.X_OK) else None


def environment(function: Function) -> dict[str, str]:
    """Lambda's own variables over the function's, and nothing of this machine's but the search path for programs."""
    return {
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PATH": os.environ.get("PATH", os.defpath),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": function.endpoint,
        **dict(function.environment),
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": "111111111111",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(function.directory),
        "PYTHONPATH": str(function.directory),
    }


def _outcome(status: int, answer: bytes) -> Any:
    if answer.startswith(b"Task timed out after"):
        raise FunctionError("Sandbox.Timedout", answer.decode())
    value: Any = json.loads(answer) if answer else None
    if (
        isinstance(value, dict)
        and {"errorMessage", "errorType"} <= value.keys()
        and (status != 200 or "stackTrace" in value)
    ):
        raise FunctionError(value["errorType"], value["errorMessage"])
    return value


def _free_ports() -> tuple[int, int]:
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]
