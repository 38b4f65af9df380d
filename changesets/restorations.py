"""What somebody changed on a stack's bucket so that its rollback is denied: found by asking S3, put back as it was.

The rule: only what the stack itself had set is put back, to what CloudFormation last gave it with success
(ResourceProperties of the newest such event), and only where the rollback was denied something on that bucket. Somebody
may have meant the change: who is let in or shut out by its end is said as a hazard, and needs consent.

Source: user guide, "Troubleshooting CloudFormation", UPDATE_ROLLBACK_FAILED: changes made outside of CloudFormation are
to be undone first.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from changesets.errors import ChangeSetsError, Refused
from changesets.mending import Repair
from changesets.models import Resource, StackEvent
from changesets.permissions import gained
from changesets.plans import Hazard, HazardKind
from changesets.repairs import Door, Properties

BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
UNKNOWN = object()
DENIED = re.compile(
    r"AccessDenied|Access Denied|not authorized to perform|explicit deny|access has been denied by S3|"
    r"does not (enable|allow) ACLs?|AccessControlListNotSupported|Status Code: 403",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that is not what CloudFormation gave: `told` and `live` (None: not set) in S3's own shape."""

    resource: Resource
    bucket: str
    setting: "Setting"
    told: Any
    live: Any

    @property
    def step(self) -> Repair:
        return Repair(
            service="s3",
            operation=self.setting.put,
            arguments={"Bucket": self.bucket, self.setting.argument: self.setting.written(self.told)},
            logical_id=self.resource.logical_id,
            why=f"the rollback is denied the bucket, and this was changed by hand: put back as it was: {self.bucket}",
        )

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        found = self.setting.effects(self.told, self.live)
        return tuple(
            Hazard(kind=kind, logical_id=self.resource.logical_id, type=self.resource.type, message=message)
            for kind, message in found
        )


Effects = Iterator[tuple[HazardKind, str]]


def _as_it_is(value: Any) -> Any:
    return value


def _opens_or_closes(told: Any, live: Any) -> Effects:
    """Of a public access block: which doors are opened to the public again, which are shut."""
    for flag, wanted in sorted(told.items()):
        now = bool((live or {}).get(flag))
        if wanted != now:
            kind = HazardKind.CLOSED if wanted else HazardKind.PUBLIC
            yield kind, f"{flag} was set to {_text(now)} by hand, and is {_text(wanted)} again"


def _other(kind: HazardKind) -> Callable[[Any, Any], Effects]:
    def effects(told: Any, live: Any) -> Effects:
        yield kind, f"was changed by hand to {json.dumps(live)}, and is {json.dumps(told)} again"

    return effects


def _grants(told: Any, live: Any) -> Effects:
    """Of a bucket policy: who may more again, who may less, what is no longer denied."""
    before, after = ({"PolicyDocument": live or {}}, {"PolicyDocument": told})
    for grant in gained(POLICY, before, after):
        yield (HazardKind.PUBLIC if grant.is_public else HazardKind.ACCESS), f"again: {grant}"
    for grant in gained(POLICY, after, before):
        yield HazardKind.CLOSED, f"granted by hand, no longer: {grant}"
    for denial in _denials(live or {}):
        if not any(agrees(denial, other) and agrees(other, denial) for other in _denials(told)):
            yield HazardKind.WEAKENED, f"denied by hand, no longer: {json.dumps(denial)}"


def _denials(document: Mapping[str, Any]) -> list[Any]:
    statements = document.get("Statement", [])
    every = statements if isinstance(statements, list) else [statements]
    return [each for each in every if each.get("Effect") == "Deny"]


def _encryption(told: Mapping[str, Any]) -> Any:
    """CloudFormation's BucketEncryption in the words of S3."""
    renamed = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    rules = told.get("ServerSideEncryptionConfiguration", ())
    return {"Rules": [{renamed.get(key, key): each for key, each in rule.items()} for rule in rules]}


@dataclass(frozen=True, slots=True)
class Setting:
    """A property, how S3 tells and takes it, what it answers where there is none, and what putting it back does."""

    property: str
    look: str
    put: str
    argument: str
    none: str
    effects: Callable[[Any, Any], Effects]
    shape: Callable[[Any], Any] = _as_it_is
    read: Callable[[Any], Any] = _as_it_is
    written: Callable[[Any], Any] = _as_it_is


_SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    BUCKET: (
        Setting(
            "PublicAccessBlockConfiguration", "GetPublicAccessBlock", "PutPublicAccessBlock",
            "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration", _opens_or_closes,
        ),
        Setting(
            "OwnershipControls", "GetBucketOwnershipControls", "PutBucketOwnershipControls", "OwnershipControls",
            "OwnershipControlsNotFoundError", _other(HazardKind.CLOSED),
        ),
        Setting(
            "BucketEncryption", "GetBucketEncryption", "PutBucketEncryption", "ServerSideEncryptionConfiguration",
            "ServerSideEncryptionConfigurationNotFoundError", _other(HazardKind.WEAKENED), shape=_encryption,
        ),
    ),
    POLICY: (
        Setting(
            "PolicyDocument", "GetBucketPolicy", "PutBucketPolicy", "Policy", "NoSuchBucketPolicy", _grants,
            read=json.loads, written=json.dumps,
        ),
    ),
}  # fmt: skip


def changed(door: Door, stack_id: str, failures: Iterable[StackEvent]) -> tuple[Changed, ...]:
    """The settings of the stack's buckets that were changed by hand, where a rollback was denied those buckets."""
    denied = [each for each in failures if each.stack_id == stack_id and DENIED.search(each.reason)]
    if not denied:
        return ()
    rows = {each.logical_id: each for each in door.resources(stack_id) if each.type in _SETTINGS and each.physical_id}
    told = door.properties(stack_id, rows.keys(), settled=True)
    found = ((rows[name], properties, _bucket(rows[name], properties)) for name, properties in told.items())
    concerned = [each for each in found if any(_is_about(event, each[2]) for event in denied)]
    return tuple(one for each in concerned for one in _differing(door, *each))


def _bucket(resource: Resource, properties: Properties) -> str:
    return str(properties.get("Bucket", resource.physical_id)) if resource.type == POLICY else resource.physical_id


def _is_about(event: StackEvent, bucket: str) -> bool:
    """Is it the bucket, its policy (named like it, or made years ago), or one whose failure names the bucket?"""
    return event.physical_id == bucket or bucket in event.reason


def _differing(door: Door, resource: Resource, properties: Properties, bucket: str) -> Iterator[Changed]:
    for setting in _SETTINGS[resource.type]:
        if setting.property not in properties:
            continue
        told = setting.shape(_typed(properties[setting.property]))
        live = _live(door, setting, bucket)
        if live is not UNKNOWN and not _same(setting, told, live):
            yield Changed(resource, bucket, setting, told, live)


def _live(door: Door, setting: Setting, bucket: str) -> Any:
    """As S3 tells it; None where it is not set, UNKNOWN where we may not see it: a denial of everything hides too."""
    try:
        return setting.read(door.ask("s3", setting.look, Bucket=bucket)[setting.argument])
    except ChangeSetsError as error:
        return None if isinstance(error, Refused) and error.code == setting.none else UNKNOWN


def _same(setting: Setting, told: Any, live: Any) -> bool:
    """A setting that was not told has a default, which S3 tells all the same; in a policy every word counts."""
    return live is not None and agrees(told, live) and (setting.property != "PolicyDocument" or agrees(live, told))


def agrees(told: Any, live: Any) -> bool:
    """Does `live` have all that is told? A list of one is its element, and true is "true": AWS writes both ways."""
    told, live = _alone(told), _alone(live)
    if isinstance(told, Mapping) and isinstance(live, Mapping):
        return all(key in live and agrees(each, live[key]) for key, each in told.items())
    if isinstance(told, list) and isinstance(live, list):
        return len(told) == len(live) and all(map(agrees, told, live))
    return _text(told) == _text(live)


def _alone(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(value: Any) -> Any:
    """Events tell every scalar as text; S3 wants truth values as such."""
    if isinstance(value, Mapping):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
