"""CloudFront's path patterns: which behavior takes a request, and whether its API has something there."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Api, Behavior, Distribution, Graph, Kind
from template_gen.rules.graph.paths import literal_prefix, may_meet, takes
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_PATTERNS: Final = (
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
    "DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern"
)


@rule(
    "W9108",
    "The API has no route for the path of the behavior",
    symptom="Requests answer 404: CloudFront sends the whole path, it does not strip the prefix.",
    fix="Give the API a $default or /{proxy+} route, or routes that begin with the prefix.",
    source=_PATTERNS,
)
def prefix_not_routed(graph: Graph) -> Iterator[Place]:
    """A function at the edge may rewrite the path; then the rule stays silent."""
    for _, behavior in graph.behaviors(Kind.API):
        api = graph.api(behavior.origin)
        pattern = behavior.pattern or ""
        if api is None or not api.routes or not literal_prefix(pattern) or behavior.runs_code or not known(pattern):
            continue
        path = _after_stage(behavior, api)
        arriving = f"{path}/{pattern.lstrip('/')}"
        if path is not None and not any(may_meet(route.path, arriving) for route in api.routes):
            yield at(behavior.body, "PathPattern")


def _after_stage(behavior: Behavior, api: Api) -> str | None:
    """What CloudFront puts before the path and API Gateway does not take as its stage; None when they disagree."""
    path = behavior.origin.body.text("OriginPath") if behavior.origin else ""
    stages = [f"/{stage}" for stage in api.stages or () if stage != "$default"]
    otherwise = path if api.stages == ("$default",) or not path else None
    return next((path.removeprefix(stage) for stage in stages if path.startswith(stage)), otherwise)


@rule(
    "W9109",
    "The path without its slash goes to another origin",
    symptom="The API answers below the prefix, but the prefix itself is looked up in the frontend.",
    fix="Add a behavior for the exact path beside the one with /*.",
    source=_PATTERNS,
)
def bare_prefix(graph: Graph) -> Iterator[Place]:
    """Most APIs have nothing at the prefix itself: the rule fires when a route of the API is exactly there."""
    for distribution, behavior in graph.behaviors(Kind.API):
        pattern, api = behavior.pattern or "", graph.api(behavior.origin)
        prefix = "/" + pattern.lstrip("/").removesuffix("/*")
        wanted = api is not None and any(route.path == prefix for route in api.routes or ())
        if pattern.endswith("/*") and wanted and _taker(distribution, prefix).origin != behavior.origin:
            yield at(behavior.body, "PathPattern")


def _taker(distribution: Distribution, path: str) -> Behavior:
    """The behavior that a literal path ends in: the first that fits."""
    return next(found for found in distribution.behaviors if found.pattern is None or takes(found.pattern, path))


@rule(
    "E9120",
    "An earlier behavior already takes this path",
    symptom="The behavior never matches: CloudFront takes the first pattern that fits.",
    fix="Move the more specific pattern before the more general one; what `*` takes is the default.",
    source=_PATTERNS,
)
def behavior_order(graph: Graph) -> Iterator[Place]:
    """The default behavior comes last: a `*` before it takes everything, which counts where it leads elsewhere."""
    for distribution in graph.distributions:
        seen: list[Behavior] = []
        for behavior in distribution.behaviors:
            earlier = [other for other in seen if takes(other.pattern or "", behavior.pattern or "*")]
            repeated = any(other.pattern == behavior.pattern for other in seen)
            elsewhere = any(other.origin != behavior.origin for other in earlier)
            if earlier and not repeated and (behavior.pattern is not None or elsewhere):
                where = "PathPattern" if behavior.pattern else ""
                yield at(behavior.body, where, f"{behavior.pattern or behavior.name} after {earlier[0].pattern}")
            seen.append(behavior)


@rule(
    "E9121",
    "Two behaviors have the same path pattern",
    symptom="The deployment fails: the parameter PathPattern contains duplicates.",
    fix="Keep one of the two behaviors.",
    source=_PATTERNS,
)
def duplicate_pattern(graph: Graph) -> Iterator[Place]:
    for distribution in graph.distributions:
        patterns = [behavior.pattern for behavior in distribution.behaviors[:-1]]
        for index, behavior in enumerate(distribution.behaviors[:-1]):
            if behavior.pattern and behavior.pattern in patterns[:index]:
                yield at(behavior.body, "PathPattern")
