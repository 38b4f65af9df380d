"""Settings of functions that need one another: packages, aliases, logs, and a function that is switched off."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below, known

_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg"
_SAM: Final = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide"


@rule(
    "W9342",
    "The function is switched off",
    symptom="Every request answers 502 or 503, every event fails: TooManyRequestsException, Rate Exceeded.",
    fix="Remove ReservedConcurrentExecutions.",
    source=f"{_LAMBDA}/configuration-concurrency.html",
)
def switched_off(graph: Graph) -> Iterator[Place]:
    for function in graph.functions.values():
        if function.properties.number("ReservedConcurrentExecutions") == 0:
            yield at(function.properties, "ReservedConcurrentExecutions")


@rule(
    "E9343",
    "The setting is one of an alias, and the function has none",
    symptom="The deployment fails: AutoPublishAlias must be set.",
    fix="Set AutoPublishAlias: live.",
    source=f"{_SAM}/sam-resource-function.html",
)
def setting_without_alias(graph: Graph) -> Iterator[Place]:
    for function in graph.of("AWS::Serverless::Function"):
        given = function.properties
        for key in ("ProvisionedConcurrencyConfig", "DeploymentPreference"):
            off = given.object(key).flag("Enabled") is False or graph.resources.unclear(given.get(key))
            if given.get(key) and "AutoPublishAlias" not in given and not off:
                yield at(given, key, key)


@rule(
    "E9344",
    "The function has an image, and is not said to be one",
    symptom="The deployment fails: Runtime and Handler are mandatory parameters for functions created with deployment "
    "packages.",
    fix="Set PackageType: Image.",
    source=f"{_LAMBDA}/images-create.html",
)
def image_without_type(graph: Graph) -> Iterator[Place]:
    for function in graph.functions.values():
        kind = function.properties.get("PackageType", "Zip")
        if function.image_holder.get("ImageUri") and known(kind) and kind != "Image":
            yield at(function.properties, "PackageType", kind)


@rule(
    "E9345",
    "Log levels are for logs in JSON",
    symptom="The deployment fails: ApplicationLogLevel and SystemLogLevel are only supported with LogFormat JSON.",
    fix="Set LogFormat: JSON in LoggingConfig.",
    source=f"{_LAMBDA}/monitoring-cloudwatchlogs-log-level.html",
)
def level_of_text(graph: Graph) -> Iterator[Place]:
    for function in graph.functions.values():
        logging = function.properties.object("LoggingConfig")
        levels = [key for key in ("ApplicationLogLevel", "SystemLogLevel") if key in logging]
        if levels and logging.get("LogFormat", "Text") == "Text":
            yield at(logging, levels[0], levels[0])


# Way to a value that SAM hands on unread, and what Lambda takes there.
_VALUES: Final = (
    ("FunctionUrlConfig.InvokeMode", ("BUFFERED", "RESPONSE_STREAM")),
    ("FunctionUrlConfig.AuthType", ("NONE", "AWS_IAM")),
    ("Events.*.Properties.FunctionResponseTypes", ("ReportBatchItemFailures",)),
    ("SnapStart.ApplyOn", ("PublishedVersions", "None")),
)


@rule(
    "E9387",
    "Lambda has no such value",
    symptom="The deployment fails: value failed to satisfy constraint; SAM hands it on as it stands.",
    fix="Write InvokeMode: BUFFERED or RESPONSE_STREAM, AuthType: NONE or AWS_IAM, FunctionResponseTypes: "
    "[ReportBatchItemFailures], ApplyOn: PublishedVersions.",
    source=f"{_SAM}/sam-resource-function.html",
)
def value_unknown(graph: Graph) -> Iterator[Place]:
    for function in graph.of("AWS::Serverless::Function"):
        for way, values in _VALUES:
            for holder, key in below(function.properties, way):
                yield from (at(holder, key, text) for text in holder.texts(key) if known(text) and text not in values)
