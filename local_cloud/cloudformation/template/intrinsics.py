"""Intrinsic functions and conditions, resolved in an Environment.

The rule: one walk gives the value and what it refers to, so the branch of Fn::If that is not taken refers to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from local_cloud.cloudformation.regions import zones
from local_cloud.cloudformation.template.intrinsics_pure import PURE
from local_cloud.cloudformation.template.intrinsics_stacks import import_value, stack_output
from local_cloud.cloudformation.template.model import Environment, Lookup, Template, TemplateError
from local_cloud.cloudformation.template.pseudo_parameters import NO_VALUE, pseudo_parameters
from local_cloud.cloudformation.values import UNKNOWN, is_unknown, text

DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:([a-z-]+):([^}]*)\}\}")
SUB_VARIABLE = re.compile(r"\$\{(!?)([^{}]*)\}")
SUB_NAME = re.compile(r"[A-Za-z0-9_.:]+")


class Reference(NamedTuple):
    """What a value was made from: a resource's attribute, a resource (attribute None) or a parameter."""

    name: str
    attribute: str | None = None


class Resolver:
    """Resolves parts of one template in one environment.

    `references` collects what the values resolved since the last `trace` refer to; `conditions` are known already.
    """

    def __init__(
        self, template: Template, environment: Environment, lookup: Lookup, conditions: Mapping[str, bool] | None = None
    ) -> None:
        self.template = template
        self.environment = environment
        self.lookup = lookup
        self.references: list[Reference] = []
        self._conditions = dict(conditions or {})
        self._asked: list[str] = []

    @cached_property
    def _named(self) -> Mapping[str, Any]:
        return {**pseudo_parameters(self.environment), **self.environment.parameters}

    def trace(self, node: Any) -> tuple[Any, tuple[Reference, ...]]:
        """The node's value and its references, each once."""
        self.references = []
        value = self.value(node)
        return value, tuple(dict.fromkeys(self.references))

    def value(self, node: Any) -> Any:
        """The node with every intrinsic function and dynamic reference replaced; NO_VALUE left out."""
        match node:
            case str():
                return self._dynamic(node)
            case dict():
                found = self._object(node)
                return self._dynamic(found) if isinstance(found, str) else found  # what a function put together
            case list():
                return [found for found in map(self.value, node) if found is not NO_VALUE]
        return node

    def _object(self, node: dict[str, Any]) -> Any:
        if len(node) == 1:
            [(name, argument)] = node.items()
            if (pure := PURE.get(name)) is not None:
                return pure(self.value(argument))
            if (function := FUNCTIONS.get(name)) is not None:
                return function(self, argument)
        resolved = {key: self.value(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not NO_VALUE}

    def condition(self, name: str, where: str = "Condition") -> bool:
        """Whether a named condition holds."""
        if name not in self._conditions:
            if name not in self.template.conditions:
                raise TemplateError(f"Template error: unresolved condition dependency {name} in {where}")
            if name in self._asked:
                raise TemplateError(f"Circular dependency between conditions: [{', '.join(self._asked)}]")
            self._asked.append(name)
            before, self.references = self.references, []
            self._conditions[name] = self.boolean(self.template.conditions[name])
            self.references = before
            self._asked.pop()
        return self._conditions[name]

    def boolean(self, node: Any) -> bool:
        """A condition function's value."""
        match node:
            case {"Condition": str() as name}:
                return self.condition(name)
            case {"Fn::Equals": argument}:
                return self._equals(argument)
            case {"Fn::Not": argument}:
                return not self._booleans("Fn::Not", argument, "one boolean parameter", 1, 1)[0]
            case {"Fn::And": argument}:
                return all(self._booleans("Fn::And", argument, _TWO_TO_TEN, 2, 10))
            case {"Fn::Or": argument}:
                return any(self._booleans("Fn::Or", argument, _TWO_TO_TEN, 2, 10))
        value = text(self.value(node))
        if value not in ("true", "false"):
            raise TemplateError("Template format error: Conditions can only be boolean operations on parameters")
        return value == "true"

    def _equals(self, argument: Any) -> bool:
        resolved = self.value(argument)
        if not isinstance(resolved, list) or len(resolved) != 2:
            raise TemplateError("Template error: every Fn::Equals object requires a list of 2 string parameters.")
        left, right = resolved
        return bool(left == right) or (_is_scalar(left) and _is_scalar(right) and text(left) == text(right))

    def _booleans(self, name: str, argument: Any, wants: str, least: int, most: int) -> list[bool]:
        if not isinstance(argument, list) or not least <= len(argument) <= most:
            raise TemplateError(f"Template error: every {name} object requires {wants}.")
        return [self.boolean(each) for each in argument]

    def _dynamic(self, node: str) -> str:
        if "{{resolve:" not in node:
            return node
        return DYNAMIC_REFERENCE.sub(lambda found: self.environment.dynamic(found[1], found[2]), node)

    def _named_or_resource(self, name: str) -> Any:
        if name in self._named:
            if name in self.environment.parameters:
                self.references.append(Reference(name))
            return self._named[name]
        return self._resource(name, None)

    def _resource(self, name: str, attribute: str | None) -> Any:
        self.references.append(Reference(name, attribute))
        return self.lookup(name, attribute)

    def ref(self, argument: Any) -> Any:
        """Ref."""
        if not isinstance(argument, str):
            argument = self.value(argument)
        if not isinstance(argument, str):
            raise TemplateError("Template error: every Ref object must have a single String value.")
        return self._named_or_resource(argument)

    def get_att(self, argument: Any) -> Any:
        """Fn::GetAtt, as a list or dotted."""
        match argument.split(".", 1) if isinstance(argument, str) else argument:
            case [name, *attributes] if attributes:  # the name may be a function's with AWS::LanguageExtensions
                path = [str(self.value(each)) for each in (name, *attributes)]
                return self._resource(path[0], ".".join(path[1:]))
        raise TemplateError(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, "
            "the resource name and the resource attribute"
        )

    def sub(self, argument: Any) -> Any:
        """Fn::Sub, alone or with variables of its own."""
        match argument:
            case str() as template:
                variables: Mapping[str, Any] = {}
            case [str() as template, dict() as variables]:
                pass
            case _:
                raise TemplateError(
                    "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify "
                    "a string as first argument, and an optional second argument to specify a mapping of values to "
                    "replace in the string"
                )
        return self._substituted(template, variables)

    def _substituted(self, template: str, variables: Mapping[str, Any]) -> Any:
        parts: list[Any] = []
        end = 0
        for found in SUB_VARIABLE.finditer(template):
            parts += [template[end : found.start()], self._variable(found, variables)]
            end = found.end()
        parts.append(template[end:])
        if is_unknown(parts):
            return UNKNOWN
        return "".join(",".join(map(text, p)) if isinstance(p, list) else text(p) for p in parts)

    def _variable(self, found: re.Match[str], variables: Mapping[str, Any]) -> Any:
        name = found[2].strip()
        if found[1]:
            return f"${{{found[2]}}}"
        if name in variables:
            return self.value(variables[name])
        if not SUB_NAME.fullmatch(name):
            raise TemplateError(
                "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, "
                "underscores, periods, and colons"
            )
        return self.get_att(name) if "." in name else self._named_or_resource(name)

    def if_(self, argument: Any) -> Any:
        """Fn::If."""
        match argument:
            case [str() as name, when_true, when_false]:
                return self.value(when_true if self.condition(name, "Fn::If") else when_false)
        raise TemplateError("Template error: Fn::If requires a list argument with three elements")

    def find_in_map(self, argument: Any) -> Any:
        """Fn::FindInMap, with or without DefaultValue."""
        match argument:
            case [_, _, _]:
                default = NO_VALUE
            case [_, _, _, {"DefaultValue": default}]:
                pass
            case _:
                raise TemplateError(
                    "Template error: every Fn::FindInMap object requires three parameters, "
                    "the map name, map key and the attribute for return value"
                )
        keys = [self.value(key) for key in argument[:3]]
        if is_unknown(keys):
            return UNKNOWN
        found = self._mapped(*map(text, keys), missing=default)
        return self.value(default) if found is NO_VALUE else found

    def _mapped(self, name: str, key: str, attribute: str, *, missing: Any) -> Any:
        if name not in self.template.mappings and missing is NO_VALUE:
            raise TemplateError(
                f"Template error: Mapping named '{name}' is not present in the 'Mappings' section of template."
            )
        found = self.template.mappings.get(name, {}).get(key, {}).get(attribute, NO_VALUE)
        if found is NO_VALUE and missing is NO_VALUE:
            raise TemplateError(f"Template error: Unable to get mapping for {name}::{key}::{attribute}")
        return found

    def get_azs(self, argument: Any) -> list[str]:
        """Fn::GetAZs of a region, or of this one."""
        return zones(text(self.value(argument)) or self.environment.region)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


_TWO_TO_TEN = "a list of at least 2 and at most 10 boolean parameters"
_Function = Callable[[Resolver, Any], Any]

FUNCTIONS: Mapping[str, _Function] = {
    "Ref": Resolver.ref,
    "Fn::GetAtt": Resolver.get_att,
    "Fn::Sub": Resolver.sub,
    "Fn::If": Resolver.if_,
    "Fn::FindInMap": Resolver.find_in_map,
    "Fn::GetStackOutput": stack_output,
    "Fn::ImportValue": import_value,
    "Fn::GetAZs": Resolver.get_azs,
    "Fn::Equals": lambda resolver, argument: resolver.boolean({"Fn::Equals": argument}),
    "Fn::And": lambda resolver, argument: resolver.boolean({"Fn::And": argument}),
    "Fn::Or": lambda resolver, argument: resolver.boolean({"Fn::Or": argument}),
    "Fn::Not": lambda resolver, argument: resolver.boolean({"Fn::Not": argument}),
}

NAMES = frozenset({*PURE, *FUNCTIONS})


def functions(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The outermost intrinsic functions inside a raw node, each with its path."""
    match node:
        case dict() if len(node) == 1 and next(iter(node)) in NAMES:
            yield path, node
        case dict():
            for key, member in node.items():
                yield from functions(member, (*path, key))
        case list():
            for index, item in enumerate(node):
                yield from functions(item, (*path, str(index)))
