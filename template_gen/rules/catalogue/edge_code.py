"""Code of CloudFront Functions: whether it is written for CloudFront, and for the event that it runs on."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Object
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at

_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
_FUNCTION: Final = "AWS::CloudFront::Function"
_COMMENT: Final = re.compile(r"/\*.*?\*/|(?<![:'\"\\])//[^\n]*", re.DOTALL)
# What is seen in code for another place -> what to call it.
_FOREIGN: Final = (
    (re.compile(r"\b(module\.)?exports\s*\.|\bexport\s+(default|const|async|function)\b"), "exports"),
    (re.compile(r"\bevent\.Records\b"), "event.Records, as in Lambda@Edge"),
    (re.compile(r"\bprocess\.env\b"), "process.env"),
    (re.compile(r"(?<![.\w])(fetch|XMLHttpRequest|setTimeout|setInterval)\s*\("), "fetch, or a timer"),
)
_HANDLER: Final = re.compile(r"\bhandler\b")
_NEWER: Final = re.compile(r"\b(const|let)\s+[\w{\[]|\basync\s+function\b|\bawait\s|\bimport\s+[\w{]+.*?\bfrom\s")
_OLDER: Final = "cloudfront-js-1.0"
# A text as status; a header in capitals; a header whose value is a bare text.
_SHAPES: Final = (
    re.compile(r"\bstatusCode['\"]?\s*[:=]\s*['\"]\d+['\"]"),
    re.compile(r"\bheaders\s*(\.[A-Z]\w*|\[\s*['\"][\w-]*[A-Z][\w-]*['\"]\s*\])"),
    re.compile(r"\bheaders['\"]?\s*[:=]\s*\{\s*['\"]?(?=[\w-]*[A-Z])[\w-]+['\"]?\s*:\s*\{\s*['\"]?value"),
    re.compile(r"\bheaders['\"]?\s*[:=]\s*\{\s*['\"]?[\w-]+['\"]?\s*:\s*['\"`]"),
    re.compile(r"\bheaders\s*(\.\w+|\[\s*['\"][\w-]+['\"]\s*\])\s*=\s*['\"`]"),
)
_CODE: Final = re.compile(r"\bfunction\b|=>")


@rule(
    "E9254",
    "The code is not written for CloudFront Functions",
    symptom="The deployment fails, or every page answers 503 with FunctionExecutionError.",
    fix="Begin with function handler(event), take event.request, and return the request or a response: no exports, no "
    "event.Records, no process.env, no network; const, let, async, import and key value stores need Runtime: "
    "cloudfront-js-2.0.",
    source=f"{_GUIDE}/writing-function-code.html",
)
def code_of_lambda(graph: Graph) -> Iterator[Place]:
    for function in graph.of(_FUNCTION):
        code, config = _code(function.properties), function.properties.object("FunctionConfig")
        if fault := _fault(code, config.text("Runtime")):
            yield at(function.properties, "FunctionCode", fault)
        elif config.get("Runtime") == _OLDER and config.get("KeyValueStoreAssociations"):
            yield at(config, "Runtime", f"{_OLDER} with KeyValueStoreAssociations")


def _code(properties: Object) -> str:
    """The code without its comments; "" when there is none to read."""
    code = _COMMENT.sub("", properties.text("FunctionCode"))
    return code if _CODE.search(code) else ""


def _fault(code: str, runtime: str) -> str:
    foreign = (name for pattern, name in _FOREIGN if pattern.search(code))
    if fault := next(foreign, ""):
        return fault
    if code and not _HANDLER.search(code):
        return "no function called handler"
    if code and not re.search(r"\breturn\b|=>\s*[^{\s]", code):
        return "nothing is returned"
    newer = _NEWER.search(code) if runtime == _OLDER else None
    return f"{newer[0].split()[0]}, for {_OLDER}" if newer else ""


@rule(
    "E9367",
    "The code writes a status or a header as CloudFront does not take it",
    symptom="Every page that takes this way answers 503 with FunctionValidationError, or the header is never found.",
    fix="Write statusCode: 301 as a number, names of headers in small letters, and their values as {value: '...'}: "
    "headers: {location: {value: 'https://...'}}.",
    source=f"{_GUIDE}/functions-event-structure.html",
)
def code_shapes(graph: Graph) -> Iterator[Place]:
    for function in graph.of(_FUNCTION):
        code = _code(function.properties)
        found = (match for pattern in _SHAPES if (match := pattern.search(code)))
        if match := next(found, None):
            yield at(function.properties, "FunctionCode", " ".join(match[0].split()))


@rule(
    "E9255",
    "The code at the edge is for the other event",
    symptom="Every page answers 503: a viewer-request has no event.response yet, a viewer-response must return one.",
    fix="Attach code that returns event.request to viewer-request, and code that changes event.response to "
    "viewer-response.",
    source=f"{_GUIDE}/functions-event-structure.html",
)
def code_for_other_event(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        for association in behavior.body.objects("FunctionAssociations"):
            function = graph.named(association.get("FunctionARN"), _FUNCTION)
            code, event = _code(function.properties) if function else "", association.get("EventType")
            early = event == "viewer-request" and ".response" in code and "request" not in code
            late = event == "viewer-response" and "esponse" not in code
            if code and (early or late):
                yield at(association, "EventType")


@rule(
    "E9256",
    "A function of the other kind, or no function's ARN, is attached",
    symptom="The deployment fails: InvalidFunctionAssociation, or the function's ARN is not valid.",
    fix="CloudFront Functions go into FunctionAssociations (FunctionARN: !GetAtt X.FunctionARN), versions of Lambda "
    "functions into LambdaFunctionAssociations.",
    source=f"{_GUIDE}/edge-functions.html",
)
def function_of_other_kind(graph: Graph) -> Iterator[Place]:
    for _, behavior in graph.behaviors():
        for association in behavior.body.objects("FunctionAssociations"):
            arn = association.text("FunctionARN")
            literal = re.sub(r"\$\{[^}]*\}", "", arn)
            if ":lambda:" in arn or graph.function(arn) or (literal and ":" not in literal):
                yield at(association, "FunctionARN")
        for association in behavior.body.objects("LambdaFunctionAssociations"):
            arn = association.text("LambdaFunctionARN")
            if ":cloudfront:" in arn or graph.named(arn, _FUNCTION):
                yield at(association, "LambdaFunctionARN")
