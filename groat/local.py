"""The local cloud of `ENV=local`: starts it when needed, registers images, and finds out where a site is served."""

import json
import re
import urllib.error
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from groat import http, templates
from groat.aws import Aws
from groat.config import SPEED
from groat.errors import GroatError
from groat.images import LocalImage
from groat.project import Project

if TYPE_CHECKING:
    from local_cloud.daemon import Running

ENDED = "groat local logs\nif it has ended, run the same command again: it starts another one"
RUNTIMES_OWN = re.compile(r"\(rapid\)|^(END|REPORT) RequestId: |LAMBDA_WARNING: ")
NOTHING_MORE = (
    "\nTraceback (most recent call last):"  # the runtime's own traceback follows: none of its lines is the app's
)
MADE_BY_HAND = frozenset({"HostedZoneId"})  # parameters for what exists on AWS before the first deployment
IMAGE = re.compile(r"[^\s\"']*/task/(?=app/)")  # where an image's code is; to its author it is app/


def up(project: Project, *, port: int | None = None, speed: float | None = None) -> "Running":
    """The running local cloud, started if there is none. Raises GroatError if it cannot start as it is asked to."""
    from local_cloud import daemon

    try:
        return daemon.up(folder(project), port=port, speed=speed, usual=SPEED)
    except daemon.RunsOtherwise as error:
        raise GroatError(str(error), hint="groat local down (everything in it is lost)") from error
    except daemon.PortTaken as error:
        raise GroatError(str(error), hint="groat local up") from error
    except daemon.DaemonError as error:
        raise GroatError(str(error), hint="groat local logs") from error


def running(project: Project) -> "Running | None":
    """This project's local cloud, if it is running."""
    from local_cloud import daemon

    return daemon.running(folder(project))


def down(project: Project) -> bool:
    """Stop it; False if it was not running."""
    from local_cloud import daemon

    return daemon.down(folder(project))


def variables(endpoint: str, region: str) -> dict[str, str]:
    """What any client of AWS needs in its environment to work in the local cloud. Its account asks for no password."""
    account = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": region, **account}


def folder(project: Project) -> Path:
    return project.state / "local_cloud"


def function_log(project: Project, function: str) -> Path:
    """The file for a function's output, whether or not it has been called yet."""
    from local_cloud import daemon

    return daemon.function_log(folder(project), function)


def log_lines(project: Project) -> list[str]:
    """Raises GroatError if there is no log."""
    from local_cloud import daemon

    log = daemon.logs(folder(project))
    if not log.is_file():
        raise GroatError(f"The local cloud has written no log: {log}", hint="groat local up")
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def said(project: Project, function: str, lines: int = 20) -> str:
    """The end of what a function's last request wrote, without the runtime's own reports; "" for nothing."""
    log = function_log(project, function)
    written = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    _, _, last = written.rpartition("START RequestId: ")
    own = [IMAGE.sub("", line) for line in last.splitlines()[1:] if not RUNTIMES_OWN.search(line)]
    return "\n".join(own[-lines:]).removesuffix(NOTHING_MORE)


def register(endpoint: str, uri: str, image: LocalImage) -> None:
    """Tell the local cloud where an image's code is."""
    body = {"uri": uri, "directory": str(image.directory), "handler": image.handler}
    control(endpoint, "images", body)


def registered(project: Project, uri: str) -> LocalImage | None:
    """The local cloud's own copy of an image that was registered there."""
    from local_cloud.images import Images

    found = Images(folder(project) / "images").find(uri)
    return LocalImage(uri.partition("@")[2], found.directory, found.handler) if found else None


def made_by_hand(aws: Aws, texts: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Parameters for what a person makes once on AWS, and this in a local cloud: the domain's hosted zone."""
    declared = {name: each for text in texts.values() for name, each in templates.declared(text).items()}
    if aws.endpoint is None or "HostedZoneId" not in declared or "HostedZoneId" in given:
        return {}
    return {"HostedZoneId": _zone(aws, given.get("DomainName", declared["DomainName"]["Default"]))}


def _zone(aws: Aws, domain: str) -> str:
    """The id of the domain's hosted zone, made if there is none."""
    client, name = aws.client("route53"), f"{domain}."
    found = client.list_hosted_zones_by_name(DNSName=name, MaxItems="1")["HostedZones"]
    if not found or found[0]["Name"] != name:
        found = [client.create_hosted_zone(Name=name, CallerReference=str(uuid4()))["HostedZone"]]
    return str(found[0]["Id"]).rpartition("/")[2]


def cloud_at(endpoint: str) -> str | None:
    """The endpoint if a local cloud answers there, else None; a local cloud is always on this machine."""
    if not endpoint.startswith(http.HERE):
        return None
    try:
        return endpoint if control(endpoint, "health")["status"] == "ok" else None
    except (GroatError, ValueError, KeyError, TypeError):
        return None


def site_url(aws: Aws, outputs: Mapping[str, str]) -> str:
    """Where the site answers: the URL in the outputs, or the one at which the local cloud serves that distribution.

    A local cloud plays AWS for any environment if AWS_ENDPOINT_URL points to it.
    """
    cloud = aws.endpoint or cloud_at(aws.client("cloudfront").meta.endpoint_url)
    if cloud is None:
        return outputs["Url"]
    domain = outputs["DistributionDomainName"]
    for site in control(cloud, "sites"):
        if domain == site["domain"]:
            return str(site["url"])
    raise GroatError(f"The local cloud serves no site with this domain: {domain}", hint="groat local logs")


def control(endpoint: str, verb: str, body: object = None) -> Any:
    """The local cloud's response to one of its own verbs. Raises GroatError if it refuses or does not answer."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with http.request(f"{endpoint}/_local_cloud/{verb}", data, content_type="application/json") as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read().decode(errors="replace")
            raise GroatError(f"The local cloud refused {verb}: {said}", hint="groat local logs") from error
    except OSError as error:
        raise GroatError(f"The local cloud does not answer at {endpoint}: {error}", hint=ENDED) from error
