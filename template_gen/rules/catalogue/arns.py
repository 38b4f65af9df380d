"""Names, ARNs and URLs: where one of them is written for another."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from template_gen.rules.catalogue.grants import everywhere
from template_gen.rules.graph import Graph, Object
from template_gen.rules.graph.resources import NAMED_BY_REF
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known, symbols

_TEMPLATES: Final = (
    "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/"
    "serverless-policy-template-list.html"
)
_SAM: Final = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
_ENVIRONMENT: Final = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"
_QUEUE: Final = "AWS::SQS::Queue"
_NAMES: Final = ("QueueName", "TableName", "BucketName", "TopicName", "FunctionName")
_ARN: Final = re.compile(r"\$\{\w+\.(Arn|TopicArn|StreamArn)\}|arn:.*")
_SYMBOL: Final = r"(?:\$\{[^}]*\}|[^:$])"  # a symbol may have colons: ${AWS::Region}
_PARTS: Final = re.compile(rf"arn:{_SYMBOL}*:(?P<service>\w+):(?P<rest>(?P<head>{_SYMBOL}*:{_SYMBOL}*):.*)", re.DOTALL)
_PLACED: Final = rf"{_SYMBOL}+:{_SYMBOL}+"  # region and account
# Service -> region, account and resource of its ARNs.
_FORMS: Final = {
    "dynamodb": re.compile(rf"{_PLACED}:(\*|(table|global-table)[/*].*|\$.*)"),
    "s3": re.compile(r"::.+|\$.*"),
    "sqs": re.compile(rf"{_PLACED}:.+"),
    "sns": re.compile(rf"{_PLACED}:.+"),
    "ssm": re.compile(rf"{_SYMBOL}*:{_SYMBOL}*:(?!/|parameters|parameter//|parameter[^/*?$]).+"),
    "secretsmanager": re.compile(rf"{_PLACED}:(.*[*?$].*|secret:.*-[A-Za-z0-9]{{6}})", re.DOTALL),
}  # fmt: skip
_DOCUMENT: Final = frozenset({"Statement", "Version", "PolicyName", "PolicyDocument", "Id", "Fn::Transform"})


@rule(
    "E9295",
    "A name is wanted here, and this is an ARN or a URL",
    symptom="The deployment fails, or the function's calls answer AccessDenied: the ARN is put into another one.",
    fix="Write !Ref of a table or bucket, !GetAtt Queue.QueueName, !GetAtt Topic.TopicName, !Ref of a log group; "
    "for SSMParameterReadPolicy a name without its first slash.",
    source=_TEMPLATES,
)
def arn_for_name(graph: Graph) -> Iterator[Place]:
    """Policy templates of SAM, and a function's log group. A table's and a function's ARN do as well as the name."""
    for holder in graph.of(*_SAM):
        for policy in holder.properties.objects("Policies"):
            for template in policy.values() if not policy.keys() & _DOCUMENT else ():
                yield from _arns(template)
                yield from _slashes(policy, template)
                yield from _urls(template, graph)
    for function in graph.functions.values():
        logging = function.properties.object("LoggingConfig")
        if _ARN.fullmatch(logging.text("LogGroup")):
            yield at(logging, "LogGroup")


def _arns(template: Any) -> Iterator[Place]:
    for name in _NAMES if isinstance(template, Object) else ():
        if _ARN.fullmatch(template.text(name)):
            yield at(template, name)


def _slashes(policy: Object, template: Any) -> Iterator[Place]:
    """SAM puts the parameter's name behind a slash of its own, but for the template that says so."""
    for name in ("SSMParameterReadPolicy", "SSMParameterWithSlashPrefixReadPolicy"):
        given = template.text("ParameterName") if name in policy and isinstance(template, Object) else ""
        if given and known(given) and given.startswith("/") is (name == "SSMParameterReadPolicy"):
            yield at(template, "ParameterName", f"{given} of {name}")


def _urls(template: Any, graph: Graph) -> Iterator[Place]:
    """A Ref of a queue is its URL."""
    name = template.text("QueueName") if isinstance(template, Object) else ""
    if re.fullmatch(r"\$\{\w+(\.QueueUrl)?\}", name) and graph.named(name, _QUEUE):
        yield at(template, "QueueName")


@rule(
    "E9296",
    "SAM has no policy template that is written so",
    symptom="The deployment fails: Policy at index 0 in the 'Policies' property is not valid.",
    fix="Write the name as in SAM's list, and below it what it is for: DynamoDBCrudPolicy: {TableName: !Ref Table}, "
    "S3ReadPolicy: {BucketName: !Ref Bucket}.",
    source=_TEMPLATES,
)
def policy_template_unknown(graph: Graph) -> Iterator[Place]:
    for function in graph.of(*_SAM):
        for policy in function.properties.objects("Policies"):
            for name in policy.keys() - _DOCUMENT if len(policy) == 1 else ():
                if name.endswith("Policy") and name not in _policy_templates():
                    yield at(policy, name, name)
        bare = [name for name in function.properties.texts("Policies") if name in _policy_templates()]
        yield from (at(function.properties, "Policies", f"{name} without its parameters") for name in bare)


@cache
def _policy_templates() -> frozenset[str]:
    """The names that the installed translator knows, which is the one that cfn-lint brings along."""
    path = files("samtranslator") / "policy_templates_data" / "policy_templates.json"
    return frozenset(json.loads(path.read_text(encoding="utf-8"))["Templates"])


@rule(
    "W9297",
    "The variable is called after an ARN or a URL, and holds something else",
    symptom="The function's first call fails: invalid ARN, or the specified queue does not exist.",
    fix="Write !GetAtt X.Arn (!Ref of a topic) for ..._ARN, !Ref Queue for QUEUE_URL.",
    source=_ENVIRONMENT,
)
def variable_of_other_kind(graph: Graph) -> Iterator[Place]:
    for function in graph.functions.values():
        for name, value in function.variables.items():
            found = graph.named(value) if len(symbols(value)) == 1 else None
            if found is None or re.fullmatch(r"\$\{[\w.]+\}", str(value)) is None:
                continue
            attribute = str(value).strip("${}").partition(".")[2]
            named = attribute in ("QueueName", "TopicName") or (not attribute and found.type in NAMED_BY_REF)
            wrong_arn = name.upper().endswith("_ARN") and named
            wrong_url = name.upper().endswith("_URL") and found.type == _QUEUE and attribute in ("Arn", "QueueName")
            if wrong_arn or wrong_url:
                yield at(function.variables, name, f"{name}: {value}")


@rule(
    "W9298",
    "The function has a role of its own, so its Policies are not used",
    symptom="Its calls answer AccessDenied: SAM attaches Policies only to roles that it makes itself.",
    fix="Remove Role, or put the statements into the role's own Policies.",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html",
)
def policies_beside_role(graph: Graph) -> Iterator[Place]:
    for function in graph.of("AWS::Serverless::Function"):
        if function.properties.get("Role") and function.properties.get("Policies"):
            yield at(function.properties, "Policies", "beside Role")


@rule(
    "E9352",
    "An ARN of this service is not written so",
    symptom="The call answers AccessDenied: no resource has this ARN; a bucket policy makes the deployment fail.",
    fix="Write !GetAtt X.Arn, or arn:aws:dynamodb:<region>:<account>:table/<name>, arn:aws:s3:::<bucket>/*, "
    "arn:aws:sqs:<region>:<account>:<queue>, arn:aws:ssm:<region>:<account>:parameter/<name> (one slash), "
    "arn:aws:secretsmanager:<region>:<account>:secret:<name>-??????.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
)
def arn_form(graph: Graph) -> Iterator[Place]:
    """In policies of roles; a * within the ARN may stand for anything."""
    for statement in everywhere(graph):
        for arn in statement.resources:
            match = _PARTS.fullmatch(arn)
            form = _FORMS.get(match["service"]) if match and statement.allows else None
            if match and form and "*" not in match["head"] and not form.fullmatch(match["rest"]):
                yield at(statement.body, "Resource", arn)
