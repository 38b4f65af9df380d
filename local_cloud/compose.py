"""The whole local cloud, put together: engine, handlers, moto, control verbs and the endpoint in front of them.

The rule: the parts do not know one another; here is the only place that hands one to the other.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local_cloud.clock import SystemClock
from local_cloud.cloudformation import CloudFormation
from local_cloud.cloudformation.faults import FaultError
from local_cloud.cloudformation.resources import backed
from local_cloud.control import Control, ControlError, Verb
from local_cloud.server import Endpoint, Server
from local_cloud.services import Services
from local_cloud.surroundings import around


@contextmanager
def cloud(*, port: int, speed: float = 1.0) -> Iterator[Server]:
    """A local cloud that answers on that port for as long as the context lasts. Raises PortInUse."""
    services = Services()
    engine = CloudFormation(SystemClock(), handlers=backed(services), speed=speed, surroundings=around(services))
    control = Control(_verbs(engine))
    with Server(Endpoint(engine, services=services, control=control), port=port) as server:
        yield server


def _verbs(engine: CloudFormation) -> dict[str, Verb]:
    return {
        "GET health": lambda _: {"status": "ok", "pid": os.getpid()},
        "POST faults": lambda body: _fault(engine, body),
    }


def _fault(engine: CloudFormation, body: Any) -> dict[str, str]:
    try:
        engine.faults.add_json(body)
    except FaultError as error:
        raise ControlError(str(error)) from error
    return {}
