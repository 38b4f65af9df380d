"""A website's structure in Python (`Site`) becomes CloudFormation and SAM templates, and templates become findings.

    Site --build--> {"registry.yaml": text, "website.yaml": text} --lint--> findings

Pure: a value goes in, text comes out; files are the caller's business. Nothing here knows of stacks or change sets.
"""

from template_gen.checks import SiteError
from template_gen.finding import Finding
from template_gen.lint import lint
from template_gen.options import (
    Api,
    Architecture,
    Bucket,
    Domain,
    Frontend,
    Index,
    Key,
    KeyType,
    Plan,
    Queue,
    Redirect,
    Schedule,
    Table,
    Throttle,
)
from template_gen.prices import Floor, monthly_floor
from template_gen.site import Site
from template_gen.stacks import build
from template_gen.website import Parts

__all__ = [
    "Api",
    "Architecture",
    "Bucket",
    "Domain",
    "Finding",
    "Floor",
    "Frontend",
    "Index",
    "Key",
    "KeyType",
    "Parts",
    "Plan",
    "Queue",
    "Redirect",
    "Schedule",
    "Site",
    "SiteError",
    "Table",
    "Throttle",
    "build",
    "lint",
    "monthly_floor",
]
