"""Names, ids and read-only attributes as AWS makes them, by the tables in `names`.

The rule: a new name is random, by the caller's generator; what follows from a resource that exists is the same every
time. An attribute that the tables do not list is made up from its name.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

from local_cloud.cloudformation.regions import partition
from local_cloud.cloudformation.schemas.names import (
    ARNS,
    ATTRIBUTES,
    BY_NAME,
    GLOBAL,
    LOWER_CASE,
    NAME_LIMITS,
    NAME_PROPERTY,
    PHYSICAL_IDS,
    SERVICES,
)

ALPHABETS = {
    "lower": ascii_lowercase + digits,
    "upper": ascii_uppercase + digits,
    "mixed": ascii_uppercase + ascii_lowercase + digits,
    "digits": digits,
    "hex": "0123456789abcdef",
}
COMPOSED = re.compile(r"arn:|https:|[^/]+\|")
NAME_IN_ID = re.compile(r"[/:|]")
TOKEN = re.compile(r"(lower|upper|mixed|digits|hex)(\d+)")
SUFFIX = 12


class Fields(dict[str, Any]):
    """Format fields; a missing one is a random token (`lower10`, `uuid`) or empty."""

    def __init__(self, rng: Random, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.rng = rng

    def __missing__(self, field: str) -> str:
        if field == "uuid":
            return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        if found := TOKEN.fullmatch(field):
            return token(self.rng, found[1], int(found[2]))
        return ""


def token(rng: Random, alphabet: str, length: int) -> str:
    """Random characters of one of the ALPHABETS."""
    return "".join(rng.choices(ALPHABETS[alphabet], k=length))


def generated_name(type_name: str, stack_name: str, logical_id: str, rng: Random) -> str:
    """`<stack>-<LogicalId>-<random>`, both parts shortened alike to the type's limit (recorded)."""
    room = NAME_LIMITS.get(type_name, 255) - SUFFIX - 2
    stack = stack_name[: max(-(-room // 2), room - len(logical_id))]
    name = f"{stack}-{logical_id[: room - len(stack)]}-{token(rng, 'mixed', SUFFIX)}"
    return name.lower() if type_name in LOWER_CASE else name


def name_property(type_name: str, primary_identifier: tuple[str, ...], declared: Mapping[str, Any]) -> str | None:
    """The property that names a resource of the type, if its author may."""
    if type_name in NAME_PROPERTY:
        return NAME_PROPERTY[type_name]
    named = [each for each in primary_identifier if each.endswith("Name") and each in declared]
    return named[0] if len(primary_identifier) == 1 and named else None


def physical_id_of(
    type_name: str,
    primary_identifier: tuple[str, ...],
    declared: Mapping[str, Any],
    *,
    stack_name: str,
    logical_id: str,
    properties: Mapping[str, Any],
    account: str,
    region: str,
    rng: Random,
    assigned_arn: bool = False,
) -> str:
    """The physical id of a new resource: of its given name, or of one made up by `rng`.

    What AWS identifies by an ARN that it assigns has an ARN, also where no form is listed.
    """
    given = properties.get(name_property(type_name, primary_identifier, declared) or "")
    if given and type_name not in PHYSICAL_IDS:
        return str(given)
    name = str(given) if given else generated_name(type_name, stack_name, logical_id, rng)
    if given and type_name == "AWS::SSM::Parameter":
        return name
    place = _place(type_name, name, properties, account=account, region=region)
    fields = Fields(rng, {**properties, **place, "logical_id": logical_id})
    form = PHYSICAL_IDS.get(type_name) or (ARNS.get(type_name, ANY_ARN) if assigned_arn else "{name}")
    return form.format_map(fields) or name


def attributes_of(
    type_name: str,
    read_only: Mapping[str, Mapping[str, Any]],
    properties: Mapping[str, Any],
    *,
    physical_id: str,
    account: str,
    region: str,
) -> dict[str, Any]:
    """Fn::GetAtt's answers: the scalars among the properties, and each read-only pointer's value."""
    name = NAME_IN_ID.split(physical_id)[-1] if COMPOSED.match(physical_id) else physical_id
    place = _place(type_name, name, properties, account=account, region=region)
    made = {}
    for pointer, declared in read_only.items():
        attribute = pointer.replace("/", ".")
        rng = Random(f"{physical_id} {attribute}")
        parts = dict(zip(("first", "second"), physical_id.split("|"), strict=False))
        parts["inner"] = physical_id.rpartition("/")[0].rpartition("/")[2]
        fields = Fields(rng, {**properties, **place, **parts, "id": physical_id})
        made[attribute] = _made_up(type_name, attribute, declared, fields)
    return {**properties, **made}


def _made_up(type_name: str, attribute: str, declared: Mapping[str, Any], fields: Fields) -> Any:
    kind = declared.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind  # a JSON schema may list several
    if kind in STAND_INS:
        return STAND_INS[kind]
    if listed := ATTRIBUTES.get(f"{type_name}.{attribute}"):
        return listed.format_map(fields)
    leaf = attribute.rsplit(".", 1)[-1]
    if leaf == NAME_PROPERTY.get(type_name):
        return fields["name"]
    if leaf.upper().endswith("ARN"):
        own = fields["id"].startswith("arn:")
        return fields["id"] if own else ARNS.get(type_name, ANY_ARN).format_map(fields)
    if leaf in ("Id", f"{type_name.rsplit('::', 1)[-1]}Id", "QueueUrl"):
        return fields["id"]
    form = next((form for pattern, form in BY_NAME.items() if pattern.fullmatch(leaf)), "{lower10}")
    return form.format_map(fields)


STAND_INS: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
ANY_ARN = "arn:{partition}:{service}:{arn_region}:{account}:{kind}/{name}"


def _place(type_name: str, name: str, properties: Mapping[str, Any], *, account: str, region: str) -> dict[str, str]:
    here, suffix = partition(region)
    _, family, kind = (*type_name.split("::"), "", "")[:3]
    service = SERVICES.get(family, family.lower())
    bus = str(properties.get("EventBusName", "default")).rsplit("/", 1)[-1]
    return {
        "account": account,
        "region": region,
        "partition": here,
        "suffix": suffix,
        "name": name,
        "service": service,
        "arn_region": "" if service in GLOBAL else region,
        "kind": kind.lower(),
        "reach": "global" if properties.get("Scope") == "CLOUDFRONT" else "regional",
        "path": str(properties.get("Path", "/")),
        "bus": "" if bus == "default" else f"{bus}|",
        "bus_path": "" if bus == "default" else f"{bus}/",
        "function": _function(properties),
    }


def _function(properties: Mapping[str, Any]) -> str:
    """The function that a Lambda resource belongs to, with its version or alias if one is named."""
    name = str(properties.get("FunctionName", properties.get("TargetFunctionArn", ""))).rpartition(":function:")[2]
    return ":".join([name, *([str(properties["Qualifier"])] if "Qualifier" in properties else [])])
