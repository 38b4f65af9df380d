"""Each deployed distribution on a loopback port of its own, so that its URL is plain: no Host header, no prefix.

The rule: what is served is read from the engine whenever somebody asks; a distribution keeps its port while it lives.
"""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from local_cloud.cloudformation import CloudFormation, Deployed
from local_cloud.server import Server, on_first_free

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DISTRIBUTION = "AWS::CloudFront::Distribution"
PORTS = range(8080, 8180)

Site = Mapping[str, Any]


class Sites:
    """`site(physical id)` makes the application in front of a distribution; it reads its settings as it answers."""

    def __init__(self, engine: CloudFormation, site: Callable[[str], "WSGIApplication"]) -> None:
        self._engine = engine
        self._site = site
        self._servers: dict[str, Server] = {}
        self._lock = threading.Lock()

    def served(self) -> list[Site]:
        """Every deployed distribution and where it answers: {"domain", "aliases", "url"}."""
        with self._lock:
            deployed = self._engine.deployed(DISTRIBUTION)
            self._stop({each.physical_id for each in deployed})
            return [self._served(each) for each in deployed]

    def stop(self) -> None:
        with self._lock:
            self._stop(set())

    def _served(self, distribution: Deployed) -> Site:
        id = distribution.physical_id
        if id not in self._servers:
            self._servers[id] = on_first_free(self._site(id), PORTS)
            self._servers[id].start()
        aliases = distribution.properties["DistributionConfig"].get("Aliases", [])
        return {"domain": distribution.attributes["DomainName"], "aliases": aliases, "url": self._servers[id].endpoint}

    def _stop(self, living: set[str]) -> None:
        for id in self._servers.keys() - living:
            self._servers.pop(id).stop()
