"""What the control verbs do: the local cloud's own questions and orders, in JSON.

GET  health      {"status": "ok", "pid": …}
GET  sites       [{"domain": "d….cloudfront.net", "aliases": […], "url": "http://127.0.0.1:…"}]
POST faults      {"fault": "fail-resource", "resource": "Bucket", …}, or {"clear": true}
POST stage       {"name": "site", "status": "UPDATE_ROLLBACK_FAILED", …}
POST images      {"uri": "<repository>@sha256:…", "directory": "<holds app/>", "handler": "app.handler.handler"}
POST develop     {"distribution": "E…", "pid": …, "port": 1234}: the site with that server as its API -> {"url"}
                 {"distribution": "E…", "pid": …, "function": "site-Function-…", "container": "<image>"}: with that
                 image in it; either is served as long as the process lives
PUT  responses   what a custom resource's function answers
PUT  signals     {"Status": "SUCCESS", "UniqueId": …, "Reason": …, "Data": …} to the URL of a wait condition's handle
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.cloudformation import CloudFormation
from local_cloud.cloudformation.faults import FaultError
from local_cloud.cloudformation.model import Signal
from local_cloud.cloudformation.resources.custom import Mailbox
from local_cloud.cloudformation.stage import StageError, stage_json
from local_cloud.container_images import ImageName, UnknownRepository, put
from local_cloud.control import ControlError, Verb
from local_cloud.develop import App, Container, EditedSites, Port
from local_cloud.images import ImageError, Images
from local_cloud.runtime_worker import interface_emulator
from local_cloud.services import Services
from local_cloud.sites import Site, Sites

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbs:
    """The parts that the verbs speak to."""

    engine: CloudFormation
    services: Services
    images: Images
    sites: Sites
    mailbox: Mailbox
    editing: EditedSites

    def table(self) -> dict[str, Verb]:
        return {
            "GET health": lambda _: {"status": "ok", "pid": os.getpid()},
            "GET sites": self.served,
            "POST faults": self.fault,
            "POST stage": self.stage,
            "POST images": self.image,
            "POST develop": self.develop,
            "PUT responses": self.response,
            "PUT signals": self.signal,
        }

    def served(self, _: None) -> list[Site]:
        return self.sites.served()

    def fault(self, body: Json) -> Json:
        try:
            self.engine.faults.add_json(body)
        except FaultError as error:
            raise ControlError(str(error)) from error
        return {}

    def stage(self, body: Json) -> Json:
        try:
            return dict(stage_json(self.engine, body))
        except StageError as error:
            raise ControlError(str(error)) from error

    def image(self, body: Json) -> Json:
        uri, directory, handler = (_field(body, name) for name in ("uri", "directory", "handler"))
        name = ImageName.parse(uri)
        if not name or not name.digest:
            raise ControlError(f"Not an image of ECR by its digest, <repository>@sha256:<64 hex digits>: {uri}")
        try:
            put(self.services, name)
            self.images.register(uri, Path(directory), handler)
        except (ImageError, UnknownRepository, OSError) as error:
            raise ControlError(str(error)) from error
        return {}

    def develop(self, body: Json) -> Json:
        return {"url": self.editing.edited(_field(body, "distribution"), _app(body), _number(body, "pid"))}

    def response(self, body: Json) -> Json:
        self.mailbox.deliver(body)
        return {}

    def signal(self, body: Json) -> Json:
        signal = Signal(
            status=_field(body, "Status"), reason=str(body.get("Reason", "")), data=str(body.get("Data", ""))
        )
        if not self.engine.signal(_field(body, "Handle"), _field(body, "UniqueId"), signal):
            raise ControlError(f"There is no wait condition handle: {body['Handle']}")
        return {}


def _app(body: Json) -> App:
    if "container" in body:
        if not interface_emulator():
            raise ControlError(f"Lambda's interface emulator runs on Linux, and this is: {sys.platform}")
        return Container(_field(body, "container"), _field(body, "function"))
    return Port(_number(body, "port"))


def _field(body: Json, name: str) -> str:
    if not isinstance(body.get(name), str):
        raise ControlError(f"Missing field: {name}")
    return str(body[name])


def _number(body: Json, name: str) -> int:
    if not isinstance(number := body.get(name), int):
        raise ControlError(f"The field {name} is a number, not: {number}")
    return number
