"""Runs the deployed functions without Docker: the official runtime client under the interface emulator of SAM CLI.

The rule: what is deployed is what runs (image digest, environment, timeout, memory). It is read at every invocation,
and old processes are stopped when it has changed. A process serves one event at a time and stays warm, as on Lambda;
concurrent events get processes of their own, up to a limit.

Unlike Lambda: there is no memory limit and no CPU share; importing the code counts against the first event's timeout,
while Lambda grants it ten seconds of its own; and a caller that gives up stops the function, instead of leaving it to
its timeout. Images run, those registered with `Images` as processes, those of a registry as containers, and what
`zips` knows of the functions that are no images.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_cloud.edge.invoke import LONGEST, FunctionError, NotRun, TooSlow
from local_cloud.edge.live import Deployed, Find, Live, region
from local_cloud.images import Image, Images
from local_cloud.runtime_container import in_container
from local_cloud.runtime_worker import Function, Worker

__all__ = ["Function", "FunctionError", "Runtime", "TooSlow"]

CAPACITY = 4
FUNCTION = "AWS::Lambda::Function"


def _only_images(function: Deployed) -> Image:
    raise NotRun("RuntimeNotHere", f"This runtime runs images only, not: {function.physical_id}")


class Runtime:
    """All functions of the local cloud. `endpoint` is the URL at which they reach AWS; `logs` gets a file for each."""

    def __init__(
        self,
        deployed: Find,
        images: Images,
        *,
        endpoint: Callable[[], str],
        logs: Path,
        zips: Callable[[Deployed], Image] = _only_images,
        capacity: int = CAPACITY,
    ) -> None:
        self._deployed = deployed
        self._images = images
        self._zips = zips
        self._endpoint = endpoint
        self._logs = logs
        self._capacity = capacity
        self._lock = threading.Lock()
        self._pools: dict[str, _Pool] = {}

    def invoke(self, function: str, event: Mapping[str, Any], *, seconds: float = LONGEST) -> Any:
        """What the handler returned. Raises FunctionError, TooSlow."""
        with self._pool(self._function(function)).worker(seconds) as worker:
            return worker.invoke(event, seconds=seconds)

    def close(self) -> None:
        """Stop every process."""
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.close()

    def _pool(self, function: Function) -> "_Pool":
        with self._lock:
            pool = self._pools.get(function.name)
            if pool and pool.function == function:
                return pool
            if pool:
                pool.close()
            fresh = self._pools[function.name] = _Pool(function, self._logs, self._capacity)
            return fresh

    def _function(self, name: str) -> Function:
        resource = Live(self._deployed).one(FUNCTION, name)
        if not resource:
            raise FunctionError("ResourceNotFoundException", f"Function not found: {name}")
        return function_of(resource, self._code(resource), endpoint=self._endpoint())

    def _code(self, resource: Deployed) -> Image:
        uri = str(resource.properties.get("Code", {}).get("ImageUri", ""))
        if not uri:
            return self._zips(resource)
        image = self._images.find(uri)
        if not image:
            raise NotRun(
                "ImageNotRegistered",
                f"The local cloud does not have the image's code; POST it to /_local_cloud/images: {uri}",
            )
        return image


def function_of(resource: Deployed, image: Image, *, endpoint: str) -> Function:
    """How a deployed AWS::Lambda::Function runs; the defaults are Lambda's (3 s, 128 MB)."""
    properties = resource.properties
    command = properties.get("ImageConfig", {}).get("Command")
    variables = properties.get("Environment", {}).get("Variables", {})
    return Function(
        name=resource.physical_id,
        directory=image.directory,
        handler=command[0] if command else image.handler,
        timeout=int(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
        region=region(resource),
        environment=tuple(sorted((name, str(value)) for name, value in variables.items())),
        endpoint=endpoint,
        container=image.container,
    )


class _Pool:
    """The warm processes of one function."""

    def __init__(self, function: Function, logs: Path, capacity: int) -> None:
        self.function = function
        self._log = logs / f"{function.name}.log"
        self._free = threading.Semaphore(capacity)
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._closed = threading.Event()

    @contextmanager
    def worker(self, seconds: float) -> Iterator[Worker]:
        """A process for one caller; broken ones are not kept. Raises TooSlow if none is free in time."""
        if not self._free.acquire(timeout=seconds):
            raise TooSlow(f"All processes of the function are busy: {self.function.name}")
        try:
            worker = self._take()
            try:
                yield worker
            finally:
                self._give_back(worker)
        finally:
            self._free.release()

    def close(self) -> None:
        """Stop idle processes now, and busy ones once they are done."""
        self._closed.set()
        while (worker := self._next_idle()) is not None:
            worker.stop()

    def _take(self) -> Worker:
        while (worker := self._next_idle()) is not None:
            if worker.alive:
                return worker
        command = in_container(self.function) if self.function.container else None
        return Worker(self.function, self._log, command=command)

    def _give_back(self, worker: Worker) -> None:
        if worker.alive and not self._closed.is_set():
            self._idle.put(worker)
        else:
            worker.stop()

    def _next_idle(self) -> Worker | None:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return None
