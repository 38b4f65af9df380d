"""The repository's own website template, as CloudFormation expands it, so that each resource can be changed."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from changesets import Deployed
from tests.changesets.cloud import Cloud, topic

TEMPLATE = Path(__file__).parents[2] / "templates" / "website.yaml"
IMAGE = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/site@sha256:{'a' * 64}"
PARAMETERS = {"ImageUri": IMAGE}
LAST = "Last"  # comes after everything else: its failure rolls all of it back


@cache
def expanded() -> str:
    """The processed template as JSON text; made by one deployment."""
    cloud = Cloud()
    assert isinstance(cloud.apply(TEMPLATE.read_text(encoding="utf-8"), parameters=PARAMETERS), Deployed)
    return json.dumps(cloud.gateway.template(cloud.stack().id))


def resources() -> list[str]:
    return sorted(json.loads(expanded())["Resources"])


def edition(number: int, *, last: bool = False) -> str:
    """The website with something changed in every resource."""
    body: dict[str, Any] = json.loads(expanded())
    for each in body["Resources"].values():
        each["Metadata"] = {"Edition": number}
    if last:
        body["Resources"][LAST] = {**topic("last"), "DependsOn": sorted(body["Resources"])}
    return json.dumps(body)
