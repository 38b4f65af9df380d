"""The website stack, as a table of contents: every part in reading order, each given the parts it refers to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any

from troposphere import GetAtt, Ref

from template_gen import api, frontend
from template_gen.alarms import add_alarms, add_budget
from template_gen.api import Door, add_api
from template_gen.buckets import Buckets, add_buckets
from template_gen.checks import SiteError
from template_gen.dns import add_dns
from template_gen.edge import Edge, add_edge
from template_gen.frontend import Files, add_frontend
from template_gen.function import Function, Website, add_code, add_function
from template_gen.plan import add_guard, add_plan
from template_gen.queues import Queues, add_queues, add_workers
from template_gen.schedules import add_schedules
from template_gen.secrets import add_secrets
from template_gen.site import Site
from template_gen.stores import together
from template_gen.tables import Tables, add_tables
from template_gen.template import Template


@dataclass(frozen=True, slots=True)
class Parts:
    """The site's parts, for a hook to refer to instead of spelling out logical ids."""

    tables: Tables
    buckets: Buckets
    queues: Queues
    function: Website
    workers: dict[str, Function]
    door: Door
    files: Files | None
    edge: Edge


def build_website(site: Site) -> Template:
    template = Template(f"The website {site.name}", serverless=True)
    parts = _add_parts(template, site)
    _add_outputs(template, parts)
    _run_hook(template, site, parts)
    return template


def _add_parts(template: Template, site: Site) -> Parts:
    code = add_code(template, site)
    tables = add_tables(template, site)
    buckets = add_buckets(template, site)
    queues = add_queues(template, site)
    secrets = add_secrets(template, site)
    access = together((tables.access, buckets.access, queues.access, secrets.access))
    door = add_api(template, site)
    function = add_function(template, site, code, access, door)
    workers = add_workers(template, site, code, access, queues)
    add_schedules(template, site, function)
    files = add_frontend(template, site)
    guard = add_guard(template, site)
    edge = add_edge(template, site, door, secrets=secrets, files=files, guard=guard)
    frontend.allow_distribution(template, files, edge.distribution)
    api.allow_distribution(template, door, function.arn, edge.distribution)
    add_plan(template, site, guard, edge.distribution)
    add_dns(template, site, edge.distribution)
    add_alarms(template, site, function, queues, workers)
    add_budget(template, site)
    return Parts(tables, buckets, queues, function, workers, door, files, edge)


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


def _run_hook(template: Template, site: Site, parts: Parts) -> None:
    """Let the site add resources of its own. What it adds is validated here, so that a mistake names the hook."""
    if site.hook is None:
        return
    name = getattr(site.hook, "__qualname__", repr(site.hook))
    try:
        site.hook(template.body, parts)
        template.body.to_dict()
    except (Exception, SystemExit) as error:  # the user's code may raise anything, and the user should hear of it
        raised = f"{type(error).__name__}: {error}{_line(error, site.hook)}"
        raise SiteError(f"the hook {name}() of site {site.name!r} failed: {raised}") from error


def _line(error: BaseException, hook: Callable[..., None]) -> str:
    """The last line of the hook's own file that the error passed; nothing where the hook left no such trace."""
    code = getattr(hook, "__code__", None)
    passed = [frame for frame in extract_tb(error.__traceback__) if code and frame.filename == code.co_filename]
    return f" ({Path(passed[-1].filename).name}, line {passed[-1].lineno})" if passed else ""
