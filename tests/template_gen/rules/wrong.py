"""Wrong templates, each one tick away from a right one: the rule that must fire, the right template, what is changed.

A change names a place: `Resource.Property.0.Key` among a resource's Properties, `Resource:Attribute` beside them,
`Resource` alone for a whole new resource, `Outputs` and `Parameters` for these sections, `/Section.Key` from the top of
the template. GONE takes away what is there.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from template_gen.rules.source import load

GONE: Final = object()
RIGHT: Final = Path(__file__).parent / "right"


@dataclass(frozen=True)
class Wrong:
    rule: str
    template: str
    changes: dict[str, Any]
    also: frozenset[str] = field(default=frozenset())  # other rules that the same slip breaks
    region: str = "us-east-1"

    def __str__(self) -> str:
        return f"{self.rule}-{next(iter(self.changes)).replace('.', '/')}"


def built(wrong: Wrong) -> dict[str, Any]:
    """The wrong template."""
    changes = {place: value if value is GONE else deepcopy(value) for place, value in wrong.changes.items()}
    return changed(right(wrong.template), changes)


def right(name: str) -> dict[str, Any]:
    return deepcopy(_right(name))


@cache
def _right(name: str) -> dict[str, Any]:
    (path,) = RIGHT.glob(f"{name}.*")
    return load(path.read_text(encoding="utf-8"))


def changed(template: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    for place, value in changes.items():
        *steps, last = _steps(place)
        holder: Any = template
        for step in steps:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[int(step)]
        if value is GONE:
            del holder[int(last) if isinstance(holder, list) else last]
        elif isinstance(holder, list):
            holder.insert(int(last), value) if int(last) == len(holder) else holder.__setitem__(int(last), value)
        else:
            holder[last] = value
    return template


def _steps(place: str) -> list[str]:
    if place in ("Outputs", "Parameters"):
        return [place]
    if place.startswith("/"):
        return place[1:].split(".")
    if ":" in place:
        return ["Resources", *place.split(":")]
    resource, *below = place.split(".")
    return ["Resources", resource, "Properties", *below] if below else ["Resources", resource]


CONFIG: Final = "Distribution.DistributionConfig"
PAGE: Final = f"{CONFIG}.DefaultCacheBehavior"
API: Final = f"{CONFIG}.CacheBehaviors.1"  # /api/* of site.yaml
PLAIN_API: Final = f"{CONFIG}.CacheBehaviors.0"  # api/* of plain-site.yaml
ORIGINS: Final = f"{CONFIG}.Origins"
OAC: Final = "AccessControl.OriginAccessControlConfig"
READ: Final = "BucketPolicy.PolicyDocument.Statement.0"
ALL_VIEWER: Final = "216adef6-5c7f-47e4-b989-5492eafa07d3"
CACHED: Final = "658327ea-f89d-4fab-a63d-7e88639e58f6"
HEADERS: Final = "RequestPolicy.OriginRequestPolicyConfig.HeadersConfig"
FALLBACK: Final = [{"ErrorCode": 403, "ResponseCode": 200, "ResponsePagePath": "/index.html"}]
CACHE: Final = "CachePolicy.CachePolicyConfig"
RECORD: Final = "Records.RecordSets.0"


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def att(name: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": name.split(".", 1)}


def sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}
