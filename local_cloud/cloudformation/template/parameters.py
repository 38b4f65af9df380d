"""Parameter values: what the caller gave, what the stack had, and the template's defaults.

The rule: the first mistake is refused with AWS's text, before anything is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from local_cloud.cloudformation.template.model import Template, TemplateError
from local_cloud.cloudformation.values import Unknown, is_true, text

MASK: Final = "****"
"""What CloudFormation shows instead of a NoEcho value."""

SSM = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
LONGEST = 4096
SSM_NAME = "AWS::SSM::Parameter::Name"
LIST = re.compile(r"List<(.+)>|CommaDelimitedList")
SIMPLE_TYPES = {"String", "Number", "CommaDelimitedList", "List<Number>", "List<String>", SSM_NAME}
AWS_TYPE = re.compile(r"(List<)?AWS::(EC2|Route53)::[A-Za-z0-9:.]+>?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter's value.

    raw: as given, the text that `Parameters` shows (a NoEcho one is shown as ****).
    value: what Ref gives: text, a list for the list types, for the SSM types the value found there.
    resolved: the SSM types' `ResolvedValue`, else None.
    """

    key: str
    raw: str
    value: Any
    resolved: str | None = None
    no_echo: bool = False

    @property
    def shown(self) -> dict[str, str]:
        """As in the Parameters of DescribeStacks and DescribeChangeSet."""
        described = {"ParameterKey": self.key, "ParameterValue": MASK if self.no_echo else self.raw}
        return described if self.resolved is None else {**described, "ResolvedValue": self.resolved}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The parameters of a stack, in the template's order."""

    by_key: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, Any]:
        """For `Environment.parameters`."""
        return {key: each.value for key, each in self.by_key.items()}

    @property
    def raw(self) -> Mapping[str, str]:
        """For `parameter_values(previous=…)` of the next operation."""
        return {key: each.raw for key, each in self.by_key.items()}

    @property
    def shown(self) -> list[dict[str, str]]:
        """The answer's `Parameters`."""
        return [each.shown for each in self.by_key.values()]


def parameter_values(
    template: Template,
    given: Sequence[Mapping[str, Any]],
    previous: Mapping[str, str],
    ssm: Callable[[str], str | None],
) -> Parameters:
    """The values of a template's parameters.

    given: boto3's Parameters ({ParameterKey, ParameterValue | UsePreviousValue}).
    previous: raw values of the stack as it is. ssm: value of an SSM parameter by name, or None.
    Raises TemplateError with the text of AWS's ValidationError.
    """
    declared = template.parameters
    if extra := [key for each in given if (key := text(each.get("ParameterKey"))) not in declared]:
        raise TemplateError(f"Parameters: [{', '.join(extra)}] do not exist in the template")
    raw = {**_defaults(declared), **dict(_given(given, previous))}
    if missing := [key for key in declared if key not in raw]:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    stored = [raw[key] for key in declared if _kind(declared[key])[1] and not isinstance(raw[key], Unknown)]
    absent = [name for name in stored if ssm(name) is None]
    if absent:
        raise TemplateError(f"Unable to fetch parameters [{', '.join(absent)}] from parameter store for this account.")
    return Parameters(by_key={key: _parameter(key, declared[key], raw[key], ssm) for key in declared})


def _defaults(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {key: text(each["Default"]) for key, each in declared.items() if "Default" in each}


def _given(given: Sequence[Mapping[str, Any]], previous: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for each in given:
        key = each["ParameterKey"]
        if not each.get("UsePreviousValue"):
            value = each.get("ParameterValue", "")
            yield key, value if isinstance(value, Unknown) else str(value)
        elif key in previous:
            yield key, previous[key]
        else:
            raise TemplateError(
                f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a parameter key "
                "not in the previous template"
            )


def _parameter(key: str, declaration: Mapping[str, Any], raw: str, ssm: Callable[[str], str | None]) -> Parameter:
    if isinstance(raw, Unknown):  # of a stack inside another, in a change set
        return Parameter(key=key, raw=raw, value=raw, resolved=None, no_echo=no_echo(declaration))
    kind, stored = _kind(declaration)
    resolved = ssm(raw) if stored else None
    _check(key, kind, declaration, raw)
    return Parameter(
        key=key,
        raw=raw,
        value=_value(kind, raw if resolved is None else resolved),
        resolved=resolved,
        no_echo=no_echo(declaration),
    )


def no_echo(declaration: Mapping[str, Any]) -> bool:
    """Whether a parameter's value is never shown."""
    return is_true(declaration.get("NoEcho"))


def hidden(template: Template) -> list[str]:
    """The parameters whose values are never shown."""
    return [key for key, declaration in template.parameters.items() if no_echo(declaration)]


def check_type(declaration: Mapping[str, Any]) -> None:
    """Raises TemplateError for a parameter type that CloudFormation does not know."""
    _kind(declaration)


def _kind(declaration: Mapping[str, Any]) -> tuple[str, bool]:
    """The type, and whether its value is stored in SSM."""
    kind = str(declaration["Type"])
    if found := SSM.fullmatch(kind):
        return found[1], True
    if kind in SIMPLE_TYPES or AWS_TYPE.fullmatch(kind):
        return kind, False
    raise TemplateError(f"Template format error: Unrecognized parameter type: {kind}")


def _value(kind: str, value: str) -> Any:
    if LIST.fullmatch(kind):
        return [part.strip() for part in value.split(",")] if value else []
    return value


def _check(key: str, kind: str, declaration: Mapping[str, Any], raw: str) -> None:
    if len(raw.encode(errors="surrogatepass")) > LONGEST:
        raise TemplateError(f"Parameter '{key}' must contain at most {LONGEST} characters")
    values = _value(kind, raw)
    values = values if isinstance(values, list) else [values]
    faults = (
        fault_of(value, _limit(declaration[name]))
        for name, fault_of in CONSTRAINTS.items()
        if name in declaration
        for value in values
    )
    wrong = next(filter(None, faults), None)
    if wrong is None and "Number" in kind and not all(map(_is_number, values)):
        wrong = "must be a number"
    if wrong is not None:
        described = declaration.get("ConstraintDescription")
        wrong = f"failed to satisfy constraint: {described}" if described else wrong
        raise TemplateError(f"Parameter '{key}' {wrong}")


def _limit(limit: Any) -> Any:
    return list(map(text, limit)) if isinstance(limit, list) else text(limit)


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", value) is not None


def _number(value: str) -> float | None:
    return float(value) if _is_number(value) else None


def _allowed(value: str, allowed: list[str]) -> str | None:
    return None if value in allowed else "must be one of AllowedValues"


def _pattern(value: str, pattern: str) -> str | None:
    try:
        return None if re.fullmatch(pattern, value) else f"must match pattern {pattern}"
    except re.error:
        return f"has an AllowedPattern that is none: {pattern}"


def _min_length(value: str, least: str) -> str | None:
    return None if len(value) >= int(least) else f"must contain at least {least} characters"


def _max_length(value: str, most: str) -> str | None:
    return None if len(value) <= int(most) else f"must contain at most {most} characters"


def _min_value(value: str, least: str) -> str | None:
    found = _number(value)
    return None if found is not None and found >= float(least) else f"must be a number not less than {least}"


def _max_value(value: str, most: str) -> str | None:
    found = _number(value)
    return None if found is not None and found <= float(most) else f"must be a number not greater than {most}"


CONSTRAINTS: Mapping[str, Callable[[str, Any], str | None]] = {
    "AllowedValues": _allowed,
    "AllowedPattern": _pattern,
    "MinLength": _min_length,
    "MaxLength": _max_length,
    "MinValue": _min_value,
    "MaxValue": _max_value,
}
"""What is wrong with a value, as AWS says it after the parameter's name."""
