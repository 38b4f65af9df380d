"""A template with conditions is several templates: which ones, and what the parameters are in each.

Every condition is an `Fn::Equals` of parameters in the end, so a world is a choice of parameter values: the defaults,
the values the conditions compare with, and one value that is none of these. Within a world two `Fn::If`s of one
condition say the same.

Judged are the defaults, everything switched from them, and each single switch. A single switch alone may well be a
combination that nobody means (a domain without its certificate): what is wrong there counts only if it is wrong with
everything else switched too. So worlds come in groups, and a finding must be in every world of some group.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from template_gen.rules.resolver import Scope, evaluate, text
from template_gen.rules.values import known, walk

LIMIT: Final = 12  # of groups; the defaults come first, then everything switched, then each switch

Group = tuple[Scope, ...]
_Choice = Mapping[str, Any]


def worlds(template: Mapping[str, Any], region: str) -> list[Group]:
    """The groups of worlds to judge, the world of the default parameters first; at most LIMIT."""
    conditions = _section(template, "Conditions")
    parameters = _section(template, "Parameters")
    base = Scope(
        region=region,
        resources=_section(template, "Resources"),
        mappings=_section(template, "Mappings"),
        parameters={name: _default(name, body) for name, body in parameters.items()},
        secrets=frozenset(name for name, body in parameters.items() if _is_secret(body)),
    )
    found: dict[tuple[tuple[bool, ...], ...], Group] = {}
    for choices in _choices(conditions, parameters, base):
        group = tuple(_world(conditions, base, choice) for choice in choices)
        found.setdefault(tuple(tuple(scope.conditions.values()) for scope in group), group)
    return list(found.values())[:LIMIT]


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = template.get(name)
    return section if isinstance(section, dict) else {}


def _is_secret(body: Any) -> bool:
    return isinstance(body, dict) and str(body.get("NoEcho", False)).lower() == "true"


def _default(name: str, body: Any) -> Any:
    """The parameter's default; `${Name}` without one, for a secret, and for SSM, where the default is only a name."""
    kind = str(body.get("Type", "")) if isinstance(body, dict) else ""
    by_name = kind.startswith("AWS::SSM::Parameter::Value")
    if not isinstance(body, dict) or "Default" not in body or by_name or _is_secret(body):
        return f"${{{name}}}"
    default = text(body["Default"])
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    return [item.strip() for item in default.split(",") if item.strip()] if is_list else default


def _choices(
    conditions: Mapping[str, Any], parameters: Mapping[str, Any], base: Scope
) -> Iterator[tuple[_Choice, ...]]:
    """Parameter values (and the truth of what no parameter decides) of the worlds of each group."""
    options = {name: _values(name, parameters, conditions, base) for name in _compared(conditions, parameters)}
    options |= {leaf: [False, True] for leaf in _undecided(conditions, base, options)}
    default = {name: values[0] for name, values in options.items()}
    switched = {name: values[min(1, len(values) - 1)] for name, values in options.items()}
    yield (default,)
    yield (switched,)
    for name, values in options.items():
        for value in values[1:]:
            yield {**default, name: value}, {**switched, name: value}


def _compared(conditions: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[str]:
    names = {name for leaf in _leaves(conditions) for side in leaf for name in _names(side)}
    return sorted(names & parameters.keys())


def _leaves(value: Any) -> Iterator[list[Any]]:
    """Both sides of every `Fn::Equals`, at any depth."""
    if isinstance(value, dict):
        sides = value.get("Fn::Equals")
        if isinstance(sides, list) and len(sides) == 2:
            yield sides
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)


def _names(side: Any) -> set[str]:
    """The parameter an expression is, when it is nothing but one: `{Ref: Name}` (or `${Name}`)."""
    match side:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::Sub": str(whole)} | {"Fn::Join": [_, [{"Fn::Sub": str(whole)}]]} if whole.startswith("${"):
            return {whole[2:-1]}
        case {"Fn::Join": [_, {"Ref": str(name)}]} | {"Fn::Join": [_, [{"Ref": str(name)}]]}:
            return {name}
        case _:
            return set()


def _values(name: str, parameters: Mapping[str, Any], conditions: Mapping[str, Any], base: Scope) -> list[Any]:
    """What to try for a parameter: its default, the texts it is compared with, and another one."""
    body, default = parameters[name], base.parameters[name]
    compared = [
        text(evaluate(other, base)) for left, right in _leaves(conditions)
        for side, other in ((left, right), (right, left)) if name in _names(side)
    ]  # fmt: skip
    listed = body.get("AllowedValues") if isinstance(body, dict) else None
    allowed = [text(item) for item in listed] if isinstance(listed, list) else []
    literals = [item for item in compared if known(item) and (not allowed or item in allowed)]
    others = [item for item in allowed if item not in literals] or ([] if allowed else [f"${{{name}}}"])
    if isinstance(default, list):
        return [default, *([item for item in literal.split(",") if item] for literal in literals), *others]
    if default in others or (known(default) and default not in literals):
        others = []
    return list(dict.fromkeys([default, *literals, *others]))


def _undecided(conditions: Mapping[str, Any], base: Scope, options: Mapping[str, Any]) -> list[str]:
    """Comparisons that no choice of parameters decides (of an account, an import): true here, false there."""
    unclear = (_equals(leaf, base) for leaf in _leaves(conditions) if not any(_names(s) & options.keys() for s in leaf))
    return sorted({sides for sides in unclear if isinstance(sides, str)})


def _equals(sides: list[Any], scope: Scope) -> bool | str:
    """Whether the two are equal, or the comparison's name when only the deployment knows."""
    left, right = (_plain(evaluate(side, scope)) for side in sides)
    other = {f"${{{name}}}" for name in scope.parameters}
    undecided = not (known(left) or left in other) or not (known(right) or right in other)
    return f"{left} == {right}" if undecided and left != right else left == right


def _plain(value: Any) -> str:
    return ",".join(map(text, walk(value))) if isinstance(value, list) else text(value)


def _world(conditions: Mapping[str, Any], base: Scope, choice: _Choice) -> Scope:
    parameters = {**base.parameters, **{name: value for name, value in choice.items() if name in base.parameters}}
    scope = replace(base, parameters=parameters)
    truth: dict[str, bool] = {}

    def holds(condition: Any, seen: tuple[str, ...] = ()) -> bool:
        match condition:
            case {"Condition": str(name)} if name in conditions and name not in seen:
                return holds(conditions[name], (*seen, name))
            case {"Fn::And": list(parts)}:
                return all(holds(part, seen) for part in parts)
            case {"Fn::Or": list(parts)}:
                return any(holds(part, seen) for part in parts)
            case {"Fn::Not": [part]}:
                return not holds(part, seen)
            case {"Fn::Equals": [left, right]}:
                equal = _equals([left, right], scope)
                return equal if isinstance(equal, bool) else bool(choice.get(equal, False))
            case _:
                return False

    truth.update({name: holds(body, (name,)) for name, body in conditions.items()})
    return replace(scope, conditions=truth)
