"""The website stack, as a table of contents: every part in reading order, each given the parts it refers to."""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref

from template_gen import api, frontend
from template_gen.api import Door, add_api
from template_gen.edge import Edge, add_edge
from template_gen.frontend import Files, add_frontend
from template_gen.function import Website, add_code, add_function
from template_gen.plan import add_guard, add_plan
from template_gen.site import Site
from template_gen.stores import together
from template_gen.tables import Tables, add_tables
from template_gen.template import Template


@dataclass(frozen=True, slots=True)
class Parts:
    """What the site is made of, for a hook that adds to it."""

    tables: Tables
    door: Door
    function: Website
    files: Files | None
    edge: Edge


def build_website(site: Site) -> Template:
    template = Template(f"The website {site.name}", serverless=True)
    parts = _add_parts(template, site)
    _add_outputs(template, parts)
    return template


def _add_parts(template: Template, site: Site) -> Parts:
    code = add_code(template, site)
    tables = add_tables(template, site)
    door = add_api(template, site)
    function = add_function(template, site, code, together(tables.access), door)
    files = add_frontend(template, site)
    guard = add_guard(template, site)
    edge = add_edge(template, site, door, files, guard)
    if files is not None:
        frontend.allow_distribution(template, files, edge.distribution)
    api.allow_distribution(template, door, function.arn, edge.distribution)
    add_plan(template, site, guard, edge.distribution)
    return Parts(tables, door, function, files, edge)


def _add_outputs(template: Template, parts: Parts) -> None:
    outputs: dict[str, tuple[Any, str]] = {
        "Url": (parts.edge.url, "The website"),
        "DistributionId": (Ref(parts.edge.distribution), "To invalidate what CloudFront has cached"),
        "DistributionDomainName": (GetAtt(parts.edge.distribution, "DomainName"), "CloudFront's own name of the site"),
        "FunctionName": (Ref(parts.function.resource), "The function that runs the app"),
        "ApiEndpoint": (parts.door.endpoint, "The API without CloudFront in front"),
    }
    if parts.files is not None:
        outputs["FrontendBucketName"] = (Ref(parts.files.bucket), "Upload the frontend's files here")
    for name, (value, description) in outputs.items():
        template.output(name, value, description)
