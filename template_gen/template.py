"""A CloudFormation template being written: troposphere's, plus the sentence that a reader needs above a resource.

Troposphere knows what is valid; this file only adds the order in which a reader should meet things, and why each of
them is there. `render.py` turns both into text. Nothing here knows about websites.
"""

from typing import Any, TypeVar

import troposphere
from troposphere import Output, Parameter, Ref

from template_gen.checks import require

MAX_RESOURCES = 500
MAX_BYTES = 1_000_000
MAX_BODY_BYTES = 51_200
"""Of a stack's resources, of its template, of a template inside the request:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
Resource = TypeVar("Resource", bound=Any)


class Template:
    """Resources in reading order, each with an optional reason, under headings.

    `body` is the plain `troposphere.Template`: what a hook of a `Site` may add to.
    """

    def __init__(self, description: str, *, serverless: bool = False) -> None:
        self.body = troposphere.Template(Description=description)
        self.body.set_version()
        if serverless:
            self.body.set_transform("AWS::Serverless-2016-10-31")
        self.reasons: dict[str, str] = {}
        self.headings: dict[str, str] = {}
        self._heading = ""

    def section(self, heading: str) -> None:
        """Write `heading` above the next resource."""
        self._heading = heading

    def add(self, resource: Resource, why: str = "") -> Resource:
        """Add a resource; `why` becomes the comment above it, and says what its type and properties do not."""
        title, taken = resource.title, self.body.resources
        require(title not in taken, f"two resources have the logical id {title}: rename the table, bucket or queue")
        require(len(taken) < MAX_RESOURCES, f"a stack can have {MAX_RESOURCES} resources: split the site at {title}")
        self.body.add_resource(resource)
        if self._heading:
            self.headings[resource.title] = self._heading
            self._heading = ""
        if why:
            self.reasons[resource.title] = why
        return resource

    def parameter(self, name: str, **properties: Any) -> Ref:
        """Add a parameter (once: parts may share one) and return the reference to it."""
        return Ref(self.body.get_or_add_parameter(Parameter(name, **properties)))

    def output(self, name: str, value: Any, description: str) -> None:
        """Add an output. Never exported: an export locks this stack for as long as another one imports it."""
        self.body.add_output(Output(name, Description=description, Value=value))
