"""An environment's AWS: the local cloud for `local`, AWS for every other name, and never one for the other.

All clients are made here. `local` ignores the user's AWS configuration; the other environments use all of it (profile,
SSO, AWS_ENDPOINT_URL ...), as botocore reads it.

The rule for `local`: each request names the local cloud that it is for. If another one has the port by now, it refuses
the request (421, Misdirected Request) instead of building this site among its own.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from changesets import interrupts
from groat import http
from groat.config import Settings
from groat.errors import GroatError

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.session import Session as BotocoreSession

    from changesets import CloudFormation
    from local_cloud.daemon import Running

Client = Any  # boto3 creates its clients' methods at run time


@dataclass(frozen=True, slots=True)
class Aws:
    """An AWS to talk to. `endpoint` is the local cloud's, or None for AWS's own."""

    client: Callable[..., Client]
    region: str
    endpoint: str | None = None

    def cloudformation(self, region: str) -> "CloudFormation":
        from changesets import CloudFormation

        return CloudFormation(self.client("cloudformation", region_name=region), clients=self.client)

    def account(self) -> str:
        """The account's 12 digits; this call is the cheapest proof that the credentials work."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            raise GroatError(
                f"AWS does not accept the credentials: {error}", hint="`aws sso login` or `aws configure`"
            ) from error


def connect(settings: Settings, *, cloud: "Running | None" = None) -> Aws:
    """`cloud` is the running local cloud, for `local` only. Raises GroatError if there are no credentials."""
    if settings.is_local:
        return Aws(inside(settings.region, cloud), settings.region, cloud.endpoint if cloud else None)
    session = configured(settings)
    return Aws(lambda service, **more: make(session, service, **more), settings.region)


def make(session: Any, service: str, **more: Any) -> Client:
    from botocore.config import Config

    # "standard" retries throttling and dropped connections, but nothing that could take effect twice
    config = Config(retries={"mode": "standard", "max_attempts": 8})
    here = str(more.get("endpoint_url")).startswith(http.HERE)
    # a machine's proxy cannot reach this machine's loopback
    client = session.client(service, config=config.merge(Config(proxies={})) if here else config, **more)
    # a Ctrl-C may have got lost during the previous response: make no further call then
    client.meta.events.register("before-call", lambda **_: interrupts.raise_if_lost())
    return client


def inside(region: str, cloud: "Running | None") -> Callable[..., Client]:
    """Makes clients of this local cloud and of no other."""
    session, endpoint = without_account(region), cloud.endpoint if cloud else None

    def client(service: str, **more: Any) -> Client:
        made = make(session, service, endpoint_url=endpoint, **more)
        if cloud:
            made.meta.events.register("before-call", meant_for(cloud.pid))
            made.meta.events.register("before-parse", refused_by_another)
        return made

    return client


def meant_for(pid: int) -> Callable[..., None]:
    def name(params: Mapping[str, Any], **_: object) -> None:
        params["headers"][http.CLOUD] = str(pid)

    return name


def refused_by_another(response_dict: Mapping[str, Any], **_: object) -> None:
    if response_dict["status_code"] == http.MISDIRECTED:
        raise GroatError(
            "The local cloud of this folder has ended, and another one has its port now",
            hint="run the same command again: it starts one for this folder, on another port",
        )


def without_account(region: str) -> "Session":
    """A session that ignores the user's AWS configuration, including credentials and endpoint."""
    import boto3

    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    return boto3.Session(botocore_session=without_configuration(), region_name=region, **keys)


def without_configuration() -> "BotocoreSession":
    import botocore.session

    nowhere = {"config_file": (None, None, os.devnull, None), "credentials_file": (None, None, os.devnull, None)}
    return botocore.session.Session(session_vars={"profile": (None, None, None, None), **nowhere})


def configured(settings: Settings) -> "Session":
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = boto3.Session(profile_name=settings.profile, region_name=settings.region)
        found = session.get_credentials()
    except BotoCoreError as error:
        raise GroatError(
            f"AWS is not configured for ENV={settings.environment}: {error}",
            hint="`aws configure list-profiles` lists your profiles, `aws configure` creates one",
        ) from error
    if found is None:
        raise GroatError(
            f"No AWS credentials were found for ENV={settings.environment}",
            hint="`aws configure`, `aws sso login` or AWS_PROFILE=...; without an account: make deploy (ENV=local)",
        )
    return session
