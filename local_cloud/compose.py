"""Puts the local cloud together: engine, handlers, moto, runtime, edge, and the endpoint in front of them.

The rule: the parts do not know one another; only this file passes one to another. If a part needs something of a part
that is created later (the endpoint's URL, the runtime), it gets a function.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cloud.api_stages import api_stages
from local_cloud.clock import SystemClock
from local_cloud.cloud_control import cloud_control
from local_cloud.cloudformation import CloudFormation, Find
from local_cloud.cloudformation.history import MOST_RECORDED
from local_cloud.cloudformation.resources.backed import backed
from local_cloud.cloudformation.resources.custom import CustomResource, Invoke, Mailbox, NoAnswer, NobodyThere
from local_cloud.control import Control
from local_cloud.develop import EditedSites
from local_cloud.edge import Edge
from local_cloud.edge.invoke import FunctionError, NotRun, TooSlow
from local_cloud.fronts import asked_first
from local_cloud.images import Images
from local_cloud.invocations import Invocations
from local_cloud.published import published
from local_cloud.registry import Registry
from local_cloud.reserved_tags import ReservedTags
from local_cloud.runtime import Runtime
from local_cloud.server import CONTROL, Endpoint, Server
from local_cloud.services import Services
from local_cloud.sites import Sites
from local_cloud.surroundings import around
from local_cloud.verbs import Verbs
from local_cloud.zips import Zips

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOG = logging.getLogger("local_cloud")


@contextmanager
def cloud(
    *, state: Path, port: int = 0, speed: float = 1.0, registry: str = "", as_of: date = MOST_RECORDED
) -> Iterator[Server]:
    """A local cloud that answers on that port (0: any) for as long as the context lasts.

    `state` is the folder for what outlives a restart: the code of images. `registry` is the host:port of a container
    registry; what is pushed there is in ECR, and functions run as containers. `as_of` picks the day whose answers
    CloudFormation gives, where they have changed. Raises PortInUse.
    """

    ends = ExitStack()
    services, container = _services(registry)
    runtimes = _Runtimes(state, services, endpoint=lambda: server.endpoint)
    images = Images(state / "images", container=container)
    mailbox = Mailbox(lambda: f"{server.endpoint}{CONTROL}responses")
    custom = CustomResource(_answered(lambda: runtime), mailbox)
    handlers = backed(services, custom=custom, signals=lambda: f"{server.endpoint}{CONTROL}signals")
    engine = CloudFormation(SystemClock(), handlers=handlers, speed=speed, surroundings=around(services), as_of=as_of)
    runtime = ends.enter_context(runtimes.start(engine.deployed, images))
    services.behind(asked_first(Invocations(engine.deployed, invoke=runtime.invoke)))
    services.behind(asked_first(partial(cloud_control, engine.deployed)))
    services.behind(asked_first(partial(api_stages, engine.deployed)))
    edge = Edge(engine.deployed, services=services, invoke=runtime.invoke)
    sites = Sites(engine, edge.wsgi)
    editing = EditedSites(engine.deployed, runtimes.edited)
    verbs = Verbs(engine=engine, services=services, images=images, sites=sites, mailbox=mailbox, editing=editing)
    server = Server(Endpoint(engine, services=services, control=Control(verbs.table())), port=port)
    with ends:
        ends.callback(sites.stop)
        ends.callback(editing.stop)
        ends.enter_context(server)
        ends.callback(services.warm())
        yield server


@dataclass(frozen=True, slots=True)
class _Runtimes:
    """Starts what runs functions: those that are deployed, or those of a site that is being edited."""

    state: Path
    services: Services
    endpoint: Callable[[], str]

    def start(self, find: Find, images: Images) -> closing[Runtime]:
        zips = Zips(self.state / "zips", self.services, find).find
        return closing(Runtime(find, images, endpoint=self.endpoint, logs=self.state / "logs", zips=zips))

    @contextmanager
    def edited(self, find: Find, distribution: str) -> Iterator["WSGIApplication"]:
        """The site of a distribution, with its function in a process of its own."""
        with self.start(find, Images(self.state / "images", container=str)) as own:
            yield Edge(find, services=self.services, invoke=own.invoke).wsgi(distribution)


def _services(registry: str) -> tuple[Services, Callable[[str], str | None]]:
    """moto's services behind ours, and a function from an image's URI to its container in the `registry`, if any."""
    services = Services()
    services.behind(published)
    services.behind(ReservedTags(services))
    if not registry:
        return services, lambda _uri: None
    containers = Registry(registry, services)
    services.behind(containers)
    return services, containers.reference


def _answered(runtime: Callable[[], Runtime]) -> Invoke:
    """Invokes a custom resource's function; one that fails will never answer."""

    def invoke(function: str, event: Mapping[str, Any]) -> None:
        try:
            runtime().invoke(function, event)
        except NotRun as error:
            raise NobodyThere(str(error)) from error
        except (FunctionError, TooSlow) as error:
            LOG.warning("%s failed: %s", function, error)
            raise NoAnswer(str(error)) from error

    return invoke
