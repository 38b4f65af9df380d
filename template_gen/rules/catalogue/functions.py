"""Lambda functions: time, memory, secrets, and what a function behind a website needs."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.checks import SECRET
from template_gen.rules.catalogue.grants import STORES
from template_gen.rules.graph import Function, Graph, Protocol, Resource
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, flag, known, number, symbols

_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg"
_PYTHON_HANDLER: Final = re.compile(r"(?!.*\.py(\.|$))[^:]*\w\.[^:]*\w")
_CAMEL: Final = re.compile(r"[a-z](Secret|Token|Password|ApiKey)$")
_LOGIN: Final = re.compile(r"\w+://[^:/@]+:[^@/$]+@.*")
# What only a secret looks like: AWS's, Stripe's, GitHub's, Slack's and Google's keys, and a private key.
_KEY: Final = re.compile(
    r"(AKIA|ASIA)[A-Z0-9]{16}|[rs]k_(live|test)_\w{10,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abpr]-[\w-]{10,}"
    r"|AIza[\w-]{35}|-----BEGIN [A-Z ]*PRIVATE KEY-----.*",
    re.DOTALL,
)
_NO_SECRET: Final = re.compile(r"|arn:.*|https?://.*|/.*|[\w.]*\$\{.*", re.DOTALL)


@rule(
    "W9182",
    "The function may run longer than its API waits",
    symptom="Slow requests answer 503 after 30 seconds (a REST API 504 after 29), while the function runs on and is "
    "billed.",
    fix="Set Timeout to 29 or less; do longer work in a function of its own, behind a queue.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html",
)
def timeout_beyond_api(graph: Graph) -> Iterator[Place]:
    """Only for what a website waits for, and not for a function that something else calls too, nor where the route
    sets a timeout of its own: there the limit is known, and a REST API's may have been raised."""
    for function in graph.web_functions:
        waited_for = function.is_image or function in graph.website_functions
        seconds = function.properties.number("Timeout") or 0
        if seconds > 30 and waited_for and _limited(function, graph) and not _other_callers(function, graph):
            yield at(function.properties, "Timeout")


def _limited(function: Function, graph: Graph) -> bool:
    routes = (route for api in graph.apis if api.protocol is not Protocol.WEBSOCKET for route in api.routes or ())
    return any(route.function == function.id and not route.limit for route in routes)


def _other_callers(function: Function, graph: Graph) -> bool:
    events = function.properties.object("Events").values()
    if any(isinstance(event, Object) and event.get("Type") not in ("HttpApi", "Api") for event in events):
        return True
    callers = ("AWS::Events", "AWS::Scheduler", "AWS::StepFunctions", "AWS::Serverless::StateMachine", "AWS::SNS")
    mapped = (*callers, "AWS::Lambda::EventSourceMapping", "AWS::S3::Bucket", "AWS::Pipes", "AWS::Cognito")
    return any(user.type.startswith(mapped) for user in graph.resources.users(function.id))


@rule(
    "E9183",
    "The function's time is too short for a cold start",
    symptom="The first visitor after a pause gets 502 or 503: the function is stopped while it still starts.",
    fix="Set Timeout to 10 seconds or more (Lambda's default is 3).",
    source=f"{_LAMBDA}/configuration-timeout.html",
)
def timeout_too_short(graph: Graph) -> Iterator[Place]:
    """Only for container images that answer a website or a whole API: small zip functions start within a second."""
    for function in graph.web_functions:
        seconds = number(function.properties.get("Timeout", 3))
        if function.is_image and seconds is not None and seconds < 10:
            yield at(function.properties, "Timeout")


@rule(
    "W9184",
    "The function has little memory, and so little processor",
    symptom="The first request takes many seconds, or ends with Runtime exited: signal: killed.",
    fix="Set MemorySize to 1024 (Lambda's default is 128): at small traffic it costs nothing.",
    source=f"{_LAMBDA}/configuration-memory.html",
)
def memory_low(graph: Graph) -> Iterator[Place]:
    """Only for container images behind a distribution, where a web framework is what is started."""
    for function in graph.website_functions:
        memory = number(function.properties.get("MemorySize", 128))
        if function.is_image and memory is not None and memory < 512:
            yield at(function.properties, "MemorySize")


@rule(
    "E9186",
    "SnapStart does not go with what else the function has",
    symptom="The deployment fails: SnapStart is not supported with this configuration.",
    fix="Remove SnapStart, or EphemeralStorage above 512, FileSystemConfigs and provisioned concurrency.",
    source=f"{_LAMBDA}/snapstart.html",
)
def snapstart_excludes(graph: Graph) -> Iterator[Place]:
    for function in graph.functions.values():
        properties = function.properties
        if properties.object("SnapStart").get("ApplyOn") == "PublishedVersions":
            if (properties.object("EphemeralStorage").number("Size") or 0) > 512:
                yield at(properties.object("EphemeralStorage"), "Size")
            if properties.get("FileSystemConfigs"):
                yield at(properties, "FileSystemConfigs")
            yield from _kept_ready(function, graph)


def _kept_ready(function: Function, graph: Graph) -> Iterator[Place]:
    """Provisioned concurrency of the function (SAM), or of its versions and aliases."""
    published = graph.of("AWS::Lambda::Alias", "AWS::Lambda::Version")
    own = (found.properties for found in published if graph.function(found.properties.get("FunctionName")) == function)
    for holder in (function.properties, *own):
        if holder.get("ProvisionedConcurrencyConfig"):
            yield at(holder, "ProvisionedConcurrencyConfig")


@rule(
    "I9187",
    "Every deployment leaves a version with a snapshot behind",
    symptom="About 4 dollars a month for each gigabyte of memory of each kept version.",
    fix="Set VersionDeletionPolicy: Delete (SAM), or delete old versions when deploying.",
    source=f"{_LAMBDA}/snapstart.html#snapstart-pricing",
)
def snapstart_versions(graph: Graph) -> Iterator[Place]:
    """Informational: it is a matter of cost."""
    for function in graph.functions.values():
        snapstart = function.properties.object("SnapStart")
        billed = function.is_python or function.is_image
        if (
            snapstart.get("ApplyOn") == "PublishedVersions"
            and billed
            and "VersionDeletionPolicy" not in function.properties
        ):
            yield at(snapstart, "ApplyOn")


@rule(
    "I9188",
    "Instances are kept ready and paid for",
    symptom="About 11 dollars a month for each gigabyte of memory, without a visitor.",
    fix="Remove ProvisionedConcurrencyConfig; a schedule every five minutes keeps one instance warm for nothing.",
    source=f"{_LAMBDA}/provisioned-concurrency.html",
)
def provisioned_concurrency(graph: Graph) -> Iterator[Place]:
    """Informational: it is a matter of cost."""
    for holder in graph.of("AWS::Serverless::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"):
        if "ProvisionedConcurrencyConfig" in holder.properties:
            yield at(holder.properties, "ProvisionedConcurrencyConfig")


@rule(
    "W9189",
    "Concurrency is reserved, which a new account cannot do",
    symptom="The deployment fails in new accounts (their limit is 10): ReservedConcurrentExecutions decreases the "
    "account's unreserved concurrency below its minimum.",
    fix="Remove ReservedConcurrentExecutions and throttle the API instead.",
    source=f"{_LAMBDA}/gettingstarted-limits.html",
)
def reserved_concurrency(graph: Graph) -> Iterator[Place]:
    """Only for the functions behind a distribution: a worker may reserve concurrency on purpose."""
    for function in graph.website_functions:
        if (function.properties.number("ReservedConcurrentExecutions") or 0) > 0:
            yield at(function.properties, "ReservedConcurrentExecutions")


@rule(
    "W9190",
    "The function is in a VPC without a way out",
    symptom="Calls to AWS and to the internet hang until the function times out.",
    fix="Remove VpcConfig, or add a NAT gateway or VPC endpoints.",
    source=f"{_LAMBDA}/configuration-vpc-internet.html",
)
def vpc_without_exit(graph: Graph) -> Iterator[Place]:
    """A function may need nothing but its database. The rule fires when it knows a table or bucket, and the subnets are
    in the template, where the ways out would be, too."""
    exits = (
        "AWS::EC2::NatGateway",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::TransitGatewayAttachment",
        "AWS::EC2::Instance",
    )
    for function in graph.website_functions:
        subnets = function.properties.object("VpcConfig").texts("SubnetIds")
        calls_aws = any(graph.named(value, *STORES) for value in function.variables.values())
        here = bool(subnets) and all(graph.named(subnet, "AWS::EC2::Subnet") for subnet in subnets)
        if here and calls_aws and not any(graph.of(*exits)):
            yield at(function.properties, "VpcConfig")


@rule(
    "E9191",
    "A secret is an environment variable",
    symptom="Everybody who may look at the function, the template or the stack's parameters can read it.",
    fix="Store it as an SSM SecureString and read it when the function runs; pass its name only.",
    source=f"{_LAMBDA}/configuration-envvars.html",
)
def secret_in_environment(graph: Graph) -> Iterator[Place]:
    """Names of secrets are not secrets: ARNs, paths, URLs, truth values, and numbers (but for passwords) are none."""
    for function in graph.functions.values():
        for name, value in function.variables.items():
            text = str(value)
            named = SECRET.search(name) or _CAMEL.search(name)
            digits = number(value) is not None and "PASSW" not in name.upper()
            literal = (
                _LOGIN.match(text) or _KEY.fullmatch(text) or (named and not _NO_SECRET.fullmatch(text) and not digits)
            )
            hidden = any(symbol in graph.scope.secrets for symbol in symbols(text))
            if hidden or "${?resolve:secretsmanager:" in text or (literal and flag(value) is None):
                yield at(function.variables, name, name)


@rule(
    "E9192",
    "The environment variables are larger than Lambda allows",
    symptom="The deployment fails: environment variables exceeded the 4 KB limit.",
    fix="Keep large values in SSM parameters or in the image.",
    source=f"{_LAMBDA}/gettingstarted-limits.html",
)
def environment_size(graph: Graph) -> Iterator[Place]:
    """cfn-lint sees to AWS::Lambda::Function itself (E3697), not to SAM's."""
    for function in graph.functions.values():
        literal = [str(value) for value in function.variables.values() if known(value)]
        size = sum(len(text.encode()) for text in (*function.variables, *literal))
        if function.is_sam and size > 4096:
            yield at(function.variables, value=f"{size} bytes")


@rule(
    "E9232",
    "The handler is the name of a file or a server, or of no function",
    symptom="Every request answers 502: Runtime.ImportModuleError or Runtime.HandlerNotFound.",
    fix="Write module.function with a dot (app.main.handler), without .py.",
    source=f"{_LAMBDA}/python-handler.html",
)
def handler_form(graph: Graph) -> Iterator[Place]:
    """Only of Python's own runtimes: the others write it otherwise."""
    for function in graph.functions.values():
        handler = function.properties.text("Handler")
        form = _PYTHON_HANDLER.fullmatch(handler)
        if function.is_python and handler and known(handler) and not form:
            yield at(function.properties, "Handler")


@rule(
    "I9193",
    "The function's logs are kept forever",
    symptom="Lambda makes the log group itself: it never expires, and stays when the stack is deleted.",
    fix="Add an AWS::Logs::LogGroup with RetentionInDays and name it in LoggingConfig.LogGroup.",
    source=f"{_LAMBDA}/monitoring-cloudwatchlogs-loggroups.html",
)
def no_log_retention(graph: Graph) -> Iterator[Place]:
    """Informational: it is a matter of cost and order."""
    for function in graph.website_functions:
        logging = function.properties.object("LoggingConfig")
        group = graph.named(logging.get("LogGroup"), "AWS::Logs::LogGroup") or _log_group_of(function, graph)
        if "LogGroup" not in logging and group is None:
            yield at(function.properties, "LoggingConfig")
        elif group and "RetentionInDays" not in group.properties:
            yield at(group.properties, "RetentionInDays")


def _log_group_of(function: Function, graph: Graph) -> Resource | None:
    name = function.properties.get("FunctionName", f"${{{function.id}}}")
    wanted = (f"/aws/lambda/{name}", f"/aws/lambda/${{{function.id}}}")
    return next((g for g in graph.of("AWS::Logs::LogGroup") if g.properties.get("LogGroupName") in wanted), None)
