"""The whole local cloud, put together: engine, handlers, moto, control verbs and the endpoint in front of them.

The rule: the parts do not know one another; here is the only place that hands one to the other.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.clock import SystemClock
from local_cloud.cloudformation import CloudFormation
from local_cloud.cloudformation.faults import FaultError
from local_cloud.cloudformation.resources import backed
from local_cloud.container_images import ImageName, UnknownRepository, put
from local_cloud.control import Control, ControlError, Verb
from local_cloud.images import ImageError, Images
from local_cloud.server import Endpoint, Server
from local_cloud.services import Services
from local_cloud.surroundings import around


@contextmanager
def cloud(*, state: Path, port: int = 0, speed: float = 1.0) -> Iterator[Server]:
    """A local cloud that answers on that port (0: any) for as long as the context lasts.

    `state` is the folder for what outlives a restart: the code of images. Raises PortInUse.
    """
    services = Services()
    engine = CloudFormation(SystemClock(), handlers=backed(services), speed=speed, surroundings=around(services))
    verbs = Verbs(engine, services, Images(state / "images"))
    endpoint = Endpoint(engine, services=services, control=Control(verbs.table()))
    with Server(endpoint, port=port) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Verbs:
    """What the control verbs do."""

    engine: CloudFormation
    services: Services
    images: Images

    def table(self) -> dict[str, Verb]:
        return {"GET health": self.health, "POST faults": self.fault, "POST images": self.image}

    def health(self, _: Any) -> dict[str, Any]:
        return {"status": "ok", "pid": os.getpid()}

    def fault(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            self.engine.faults.add_json(body)
        except FaultError as error:
            raise ControlError(str(error)) from error
        return {}

    def image(self, body: dict[str, Any]) -> dict[str, Any]:
        name = ImageName.parse(body["uri"])
        if not name or not name.digest:
            raise ControlError(f"Not an image of ECR by its digest, <repository>@sha256:<64 hex digits>: {body['uri']}")
        try:
            put(self.services, name)
            self.images.register(body["uri"], Path(body["directory"]), body["handler"])
        except (ImageError, UnknownRepository) as error:
            raise ControlError(str(error)) from error
        return {}
