"""The site graph of one world: distribution -> behaviors -> origins -> API, bucket or function URL -> function.

Raw SAM, expanded SAM and plain CloudFormation become the same nodes. Rules are queries on it, and nothing else
reads the template.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from template_gen.rules.graph.api import Api, Protocol, Route, apis, function_named
from template_gen.rules.graph.cdn import DYNAMIC, Behavior, Distribution, Kind, Origin, distributions
from template_gen.rules.graph.function import Function, FunctionUrl, function_urls, functions, grants
from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.resolver import Scope
from template_gen.rules.values import Object

__all__ = [
    "DYNAMIC", "Api", "Behavior", "Distribution", "Function", "FunctionUrl", "Graph", "Kind", "Object", "Origin",
    "Protocol", "Resource", "Route",
]  # fmt: skip


class Graph:
    """The nodes of a template in one world; each collection is built when a rule first asks for it."""

    def __init__(self, template: Mapping[str, Any], scope: Scope) -> None:
        self.template = template
        self.scope = scope
        self.region = scope.region
        self.resources = Resources(template, scope)

    def of(self, *types: str) -> Iterator[Resource]:
        return self.resources.of(*types)

    def named(self, value: Any, *types: str) -> Resource | None:
        return self.resources.named(value, *types)

    @cached_property
    def distributions(self) -> tuple[Distribution, ...]:
        return distributions(self.resources)

    @cached_property
    def apis(self) -> tuple[Api, ...]:
        return apis(self.resources)

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        return functions(self.resources)

    @cached_property
    def urls(self) -> Mapping[str, FunctionUrl]:
        return function_urls(self.resources)

    def behaviors(self, *kinds: Kind) -> Iterator[tuple[Distribution, Behavior]]:
        """Behaviors whose origin is of one of the kinds, with their distribution; all of them without a kind."""
        for distribution in self.distributions:
            for behavior in distribution.to(*kinds) if kinds else distribution.behaviors:
                yield distribution, behavior

    def origins(self, *kinds: Kind) -> Iterator[Origin]:
        return (o for found in self.distributions for o in found.origins if not kinds or o.kind in kinds)

    def api(self, origin: Origin | None) -> Api | None:
        return next((api for api in self.apis if origin and api.id == origin.target), None)

    def url(self, origin: Origin | None) -> FunctionUrl | None:
        return self.urls.get(origin.target) if origin and origin.kind is Kind.FUNCTION_URL else None

    def bucket(self, origin: Origin | None) -> Resource | None:
        named = self.named(f"${{{origin.target}}}", "AWS::S3::Bucket") if origin else None
        return named if origin and origin.kind in (Kind.BUCKET, Kind.WEBSITE) else None

    def function(self, value: Any) -> Function | None:
        """The function that a text means: its name, ARN, version, alias or invocation path."""
        return self.functions.get(function_named(value, self.resources))

    def behind(self, origin: Origin | None) -> list[Function]:
        """The functions that answer the requests to an origin."""
        api, url = self.api(origin), self.url(origin)
        names = api.functions if api else {url.function} if url else set()
        return [self.functions[name] for name in sorted(names) if name in self.functions]

    @cached_property
    def website_functions(self) -> tuple[Function, ...]:
        """The functions a visitor waits for: those behind a distribution."""
        found = (function for origin in self.origins(*DYNAMIC) for function in self.behind(origin))
        return tuple({function.id: function for function in found}.values())

    @cached_property
    def web_functions(self) -> tuple[Function, ...]:
        """Those, and whatever else answers every path of an API, as a web application does."""
        routes = (route for api in self.apis for route in api.routes or () if route.takes_all)
        found = (self.functions[route.function] for route in routes if route.function in self.functions)
        return tuple({function.id: function for function in (*self.website_functions, *found)}.values())

    @cached_property
    def website_buckets(self) -> tuple[Resource, ...]:
        """The buckets a distribution reads."""
        found = (self.bucket(origin) for origin in self.origins(Kind.BUCKET, Kind.WEBSITE))
        return tuple({bucket.id: bucket for bucket in found if bucket}.values())

    @property
    def is_website(self) -> bool:
        """A distribution in front of an API or a function URL: the shape that opinions on cost and speed are for."""
        return any(origin.kind in DYNAMIC for origin in self.origins())

    def grants(self, function: Function) -> list[Any] | None:
        return grants(function, self.resources)
