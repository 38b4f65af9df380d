"""Lambda functions: SAM's and CloudFormation's own as one node, with their URL, role, grants and log group."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from template_gen.rules.graph.api import FUNCTIONS, SAM_FUNCTION, function_named
from template_gen.rules.graph.resources import Resource, Resources
from template_gen.rules.values import Object, symbols, walk

# Managed policies that reach no data; what others allow is not in the template.
ASSUMED: Final = ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess")

_NAMES: Final = ("BucketName", "TableName", "QueueName", "TopicName", "Name")


@dataclass(frozen=True, slots=True)
class Function:
    resource: Resource

    @property
    def id(self) -> str:
        return self.resource.id

    @property
    def properties(self) -> Object:
        return self.resource.properties

    @property
    def is_sam(self) -> bool:
        return self.resource.type == SAM_FUNCTION

    @property
    def image_holder(self) -> Object:
        """The mapping in which `ImageUri` stands: the properties (SAM) or Code."""
        return self.properties if self.is_sam else self.properties.object("Code")

    @property
    def is_image(self) -> bool:
        return self.properties.get("PackageType") == "Image"

    @property
    def variables(self) -> Object:
        return self.properties.object("Environment").object("Variables")

    @property
    def is_python(self) -> bool:
        """Surely Python, by its runtime; an image does not say."""
        return self.properties.text("Runtime").startswith("python")


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A function URL; `id` is the resource's (SAM's name for one made by FunctionUrlConfig)."""

    id: str
    function: str
    config: Object
    target: str  # the text that a permission must mean: of the function, or of its alias

    @property
    def auth(self) -> str:
        return self.config.text("AuthType")


@dataclass(frozen=True, slots=True)
class Statement:
    """An IAM statement with its lists written as lists; `body` is where it is written."""

    body: Object

    @property
    def allows(self) -> bool:
        return self.body.get("Effect") == "Allow"

    @property
    def actions(self) -> tuple[str, ...]:
        return self.body.texts("Action")

    @property
    def resources(self) -> tuple[str, ...]:
        return self.body.texts("Resource")

    def principals(self, kind: str) -> tuple[str, ...]:
        """The principals of a kind (`Service`, `AWS`); `*` is one of every kind."""
        principal = self.body.get("Principal")
        return principal.texts(kind) if isinstance(principal, Object) else ("*",) if principal == "*" else ()

    def performs(self, action: str) -> bool:
        """The statement names this action, by a wildcard or exactly."""
        return any(re.fullmatch(re.escape(name).replace(r"\*", ".*"), action, re.IGNORECASE) for name in self.actions)

    def conditions(self, key: str) -> Iterator[tuple[str, str]]:
        """(operator, value) of every condition on a key, whatever its case, but for those that say what not."""
        for operator, tests in self.body.object("Condition").items():
            if isinstance(tests, Object) and "Not" not in operator:
                for name in tests:
                    if name.lower() == key.lower():
                        yield from ((operator, value) for value in tests.texts(name))


def functions(resources: Resources) -> dict[str, Function]:
    return {resource.id: Function(resource) for resource in resources.of(*FUNCTIONS)}


def function_urls(resources: Resources) -> dict[str, FunctionUrl]:
    """By logical id: AWS::Lambda::Url, and the one SAM makes of FunctionUrlConfig (`<Function>Url`)."""
    found = {}
    for url in resources.of("AWS::Lambda::Url"):
        target = function_named(url.properties.get("TargetFunctionArn"), resources)
        alias = f":{url.properties.text('Qualifier')}" if "Qualifier" in url.properties else ""
        meant = url.properties.text("TargetFunctionArn") + alias
        found[url.id] = FunctionUrl(url.id, target, url.properties, meant)
    for function in resources.of(SAM_FUNCTION):
        if "FunctionUrlConfig" in function.properties:
            config = function.properties.object("FunctionUrlConfig")
            meant = f"${{{function.id}.Alias}}" if "AutoPublishAlias" in function.properties else f"${{{function.id}}}"
            found[f"{function.id}Url"] = FunctionUrl(f"{function.id}Url", function.id, config, meant)
    return found


def statements(document: Any) -> Iterator[Statement]:
    """The statements of a policy document that could be read."""
    if isinstance(document, Object):
        yield from (Statement(body) for body in document.objects("Statement"))


def grants(function: Function, resources: Resources) -> list[Any] | None:
    """Everything that grants the function something: statements, SAM policy templates, names of managed policies.

    None when its role is made elsewhere, or when SAM connectors write policies that are not in the template.
    """
    if resources.connected:
        return None
    role = resources.named(function.properties.get("Role"), "AWS::IAM::Role")
    if "Role" in function.properties:
        return None if role is None else of_role(role, resources)
    policies = function.properties.get("Policies", [])
    found = policies if isinstance(policies, list) else [policies]
    made = [f"${{{function.id}Role}}"]
    return [*found, *_attached(made, resources)]


def of_role(role: Resource, resources: Resources) -> list[Any]:
    """The same for a role of the template."""
    inline = role.properties.get("Policies", [])
    own = inline if isinstance(inline, list) else [inline]
    managed = role.properties.get("ManagedPolicyArns", [])
    names = managed if isinstance(managed, list) else [managed]
    return [*own, *names, *_attached([f"${{{role.id}}}"], resources)]


def _attached(roles: list[str], resources: Resources) -> list[Any]:
    policies = resources.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
    return [
        policy.properties.get("PolicyDocument")
        for policy in policies
        if any(role in (*policy.properties.texts("Roles"), policy.properties.text("RoleName")) for role in roles)
    ]


def trusts(role: Resource, service: str, resources: Resources) -> bool:
    """The service may take the role on, as far as one can tell."""
    document = role.properties.get("AssumeRolePolicyDocument")
    if not isinstance(document, Object) or resources.unclear(document):
        return True
    allowing = [found for found in statements(document) if found.allows and found.performs("sts:AssumeRole")]
    named = [name for found in allowing for name in (*found.principals("Service"), *found.principals("AWS"))]
    form = re.compile(
        rf"\*|{service}(\.[a-z0-9-]+|\.\$\{{AWS::Region\}})?\.(amazonaws\.com(\.cn)?|\$\{{AWS::URLSuffix\}})"
    )
    return any(form.fullmatch(name) for name in named)


def may_do(granted: list[Any], action: str, target: Resource, resources: Resources) -> bool:
    """Something granted may allow the action on the target; what is not written out here (managed policies, SAM's
    policy templates) may."""
    for grant in granted:
        if isinstance(grant, str) and grant.rsplit("/", 1)[-1] not in ASSUMED:
            return True
        document = grant.get("PolicyDocument", grant) if isinstance(grant, Object) else Object()
        if isinstance(grant, Object) and not readable(document):
            return True
        for found in statements(document):
            unclear = resources.unclear([found.body.get(key) for key in ("Effect", "Action", "Resource")])
            named = any("*" in name or resources.named(name) is target for name in found.resources)
            if unclear or (found.allows and found.performs(action) and named):
                return True
    return False


def readable(document: Any) -> bool:
    """A policy document whose statements stand in the template, all of them."""
    return isinstance(document, Object) and "Statement" in document and not document.unknown("Statement")


def _allowing(grant: Any) -> Any:
    """A grant without what it denies."""
    document = grant.get("PolicyDocument", grant) if isinstance(grant, Object) else None
    if readable(document):
        return [found.body for found in statements(document) if found.body.get("Effect") != "Deny"]
    return grant


def may_reach(granted: list[Any], store: Resource, resources: Resources) -> bool:
    """Something granted mentions the store, by reference or name, or is too wide or too unclear to say no."""
    managed = (grant for grant in granted if isinstance(grant, str))
    if any(name.rsplit("/", 1)[-1] not in ASSUMED for name in managed):
        return True
    if store.type == "AWS::SSM::Parameter" and "ssm" in str(granted).lower():
        return True  # granted by path
    literal = tuple(name for key in _NAMES if (name := store.properties.text(key)))
    for value in walk([_allowing(grant) for grant in granted]):
        mentioned = any(symbol.split(".")[0] == store.id for symbol in symbols(value))
        named = any(name in str(value) for name in literal)
        if mentioned or named or value == "*" or resources.unclear(value):
            return True
    return False
