"""Addresses of an API in outputs and variables: whether anything answers there."""

import re
from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.graph import Api, Graph
from template_gen.rules.resolver import evaluate
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, known, symbols

_GATEWAY: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_STAGE: Final = re.compile(r"default|dev\w*|prod\w*|stag\w*|test\w*|live|beta", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"((https|wss)://)?\$\{(?P<api>\w+)\}\.execute-api\.[^/]+(/(?P<first>[^/?]*))?.*")


def _addresses(graph: Graph) -> Iterator[tuple[Place, str, Api]]:
    """Texts of outputs and variables that are an API's own address: the place, the first part of the path, the API."""
    apis = {api.id: api for api in graph.apis}
    for place, value in (*_outputs(graph), *_variables(graph)):
        match = _ADDRESS.fullmatch(value)
        if match and match["api"] in apis:
            yield Place(place.logical_id, place.path, value), match["first"] or "", apis[match["api"]]
        elif value.endswith(".ApiEndpoint}") and (api := apis.get(symbols(value)[0].split(".")[0])):
            yield Place(place.logical_id, place.path, value), "", api


def _outputs(graph: Graph) -> Iterator[tuple[Place, str]]:
    outputs = graph.template.get("Outputs")
    for name, output in outputs.items() if isinstance(outputs, dict) else ():
        value: Any = evaluate(output.get("Value"), graph.scope) if isinstance(output, dict) else None
        active = isinstance(output, dict) and graph.scope.conditions.get(str(output.get("Condition")), True)
        if isinstance(value, str) and active:
            yield Place(name, ("Outputs", name, "Value")), value


def _variables(graph: Graph) -> Iterator[tuple[Place, str]]:
    for function in graph.functions.values():
        for name, value in function.variables.items():
            if isinstance(value, str):
                yield Place(function.id, (*function.variables.path, name)), value


@rule(
    "W9335",
    "The address names no stage of the API",
    symptom='It answers 403 {"message":"Forbidden"} or 404.',
    fix="Write the stage's name as the API has it (SAM: ${Api}.execute-api.${AWS::Region}.amazonaws.com/${Api.Stage}); "
    "the stage $default has no part of the path.",
    source=f"{_GATEWAY}/how-to-call-api.html",
)
def address_of_no_stage(graph: Graph) -> Iterator[Place]:
    """Below $default only what is called as stages are, and no route begins with. What ends with the host name is left
    alone: something may be put behind it."""
    for place, first, api in _addresses(graph):
        stages = api.stages or ()
        routed = api.routes is None or any(route.path.startswith(f"/{first}") for route in api.routes)
        default = "$default" in stages and (not _STAGE.fullmatch(first) or routed)
        clear = bool(stages) and all(map(known, stages)) and known(first)
        opened = str(place.value).startswith("https://") and str(place.value).endswith("/")
        if not first and clear and opened and "$default" not in stages and not api.disabled:
            yield Place(place.logical_id, place.path, f"{place.value}, without the stage {', '.join(stages)}")
        if first and clear and first not in (*stages, "Stage") and not default:
            yield Place(place.logical_id, place.path, f"{first}; stage {', '.join(stages)}")


@rule(
    "W9336",
    "The address is disabled",
    symptom='It answers 403 {"message":"Forbidden"} or 404 {"message":"Not Found"}.',
    fix="Name the custom domain instead, or remove DisableExecuteApiEndpoint.",
    source=f"{_GATEWAY}/http-api-disable-default-endpoint.html",
)
def address_disabled(graph: Graph) -> Iterator[Place]:
    yield from (place for place, _, api in _addresses(graph) if api.disabled)
