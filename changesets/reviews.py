"""From a change set to what a person must know of it: hazards first. Pure.

The rule: what the change set does not tell is assumed to be the worse (a conditional replacement is one; a removal
without a policy deletes), and a hazard names the resource, what happens to it and to whom.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from changesets import permissions, templates
from changesets.kinds import DATA, holds_data
from changesets.models import Action, ChangeSet, Replacement, Resource, ResourceChange, Validation
from changesets.plans import Hazard, HazardKind, Review

TAKE_OVER = "--import-existing-resources"
ALWAYS_KEPT = frozenset({"AWS::Lambda::Version"})  # SAM retains each published version: kept by design, not left behind


def review(
    change_set: ChangeSet,
    *,
    template: str = "",
    is_create: bool = False,
    empty: frozenset[str] = frozenset(),
    validations: tuple[Validation, ...] = (),
    others: Iterable[str] = (),
    unseen: Iterable[Resource] = (),
    more: Iterable[Hazard] = (),
) -> Review:
    """`empty` names data resources that are proven to hold nothing; `others` other deployers' pending change sets;
    `unseen` are the resources of nested stacks that change without being shown; `more` hazards no change set tells of.
    """
    body = templates.read(template) if template else {}
    hazards = [
        hazard
        for change in change_set.changes
        for hazard in hazards_of(change, body, is_create=is_create, is_empty=change.logical_id in empty)
    ]
    hazards += [_taken_over(each) for each in data_taken_over(change_set, body) if each.logical_id not in empty]
    hazards += [_unseen(each) for each in unseen if holds_data(each.type) and each.logical_id not in empty]
    hazards += [*map(_obsolete, others), *more]
    return Review(
        change_set=change_set,
        changes=tuple(sorted(change_set.changes, key=_gravity)),
        hazards=tuple(sorted(hazards, key=lambda each: _ORDER[each.kind])),
        validations=validations,
        waits_for=templates.dependencies(body),
    )


_ORDER = {kind: place for place, kind in enumerate(HazardKind)}
_ACTIONS = (Action.REMOVE, Action.DYNAMIC, Action.MODIFY, Action.IMPORT, Action.ADD, Action.SYNC)


def _gravity(change: ResourceChange) -> tuple[bool, bool, int, str]:
    """Replacements and removals of data first, then other replacements, removals, changes, additions."""
    grave = change.replaces or change.removes
    return (
        not (grave and holds_data(change.type)),
        not change.replaces,
        _ACTIONS.index(change.action),
        change.logical_id,
    )


def data_at_risk(change_set: ChangeSet) -> tuple[ResourceChange, ...]:
    """The changes that would lose data, if there is any: what is worth a look before asking."""
    return tuple(each for each in change_set.changes if holds_data(each.type) and _loses(each))


def data_taken_over(change_set: ChangeSet, body: templates.Body) -> tuple[ResourceChange, ...]:
    """What exists and is imported under a policy that lets the rollback of this very operation delete it. An operation
    of imports alone only lets go of them.
    """
    if change_set.is_import:
        return ()
    taken = (each for each in change_set.changes if each.action is Action.IMPORT and holds_data(each.type))
    return tuple(each for each in taken if templates.deletion_policy(body, each.logical_id) == "RetainExceptOnCreate")


def _taken_over(change: ResourceChange) -> Hazard:
    what = change.physical_id or change.logical_id
    message = f"{what} is taken over, and goes with its {DATA[change.type].holds} if the deployment fails: say Retain"
    return Hazard(kind=HazardKind.DATA, logical_id=change.logical_id, type=change.type, message=message)


def _unseen(resource: Resource) -> Hazard:
    what = f"{resource.physical_id} with its {DATA[resource.type].holds}"
    message = f"{what} may go: its nested stack changes, and with imports or drift CloudFormation does not show how"
    return Hazard(kind=HazardKind.DATA, logical_id=resource.logical_id, type=resource.type, message=message)


def not_taken_over(resource: Resource, *, tried: bool, possible: bool) -> Hazard:
    """Data that an earlier stack of the same name left: `tried` to be taken over in vain, or `possible` to."""
    what, holds = resource.physical_id, DATA[resource.type].holds
    kind = HazardKind.DATA if tried else HazardKind.LEFTOVER
    failed = "could not be taken over" if tried else "was left behind by an earlier stack of this name"
    instead = TAKE_OVER if possible and not tried else ""
    how = "; the same command tries again" if tried else f"; {TAKE_OVER} takes it over" * bool(instead)
    message = f"{what} {failed}: a new one without its {holds} takes its place, and it stays outside of any stack{how}"
    return Hazard(kind=kind, logical_id=resource.logical_id, type=resource.type, message=message, instead=instead)


def _loses(change: ResourceChange) -> bool:
    return (change.removes or change.replaces) and not change.keeps_old


def hazards_of(change: ResourceChange, body: templates.Body, *, is_create: bool, is_empty: bool) -> Iterator[Hazard]:
    """What one change of a change set loses, opens or widens; `body` is the template that it comes from."""

    def hazard(kind: HazardKind, message: str) -> Hazard:
        return Hazard(kind=kind, logical_id=change.logical_id, type=change.type, message=message)

    if change.removes or change.replaces:
        yield from _gone(change, hazard, is_empty=is_empty)
    granted = _new_grants(change, body)
    public = [each for each in granted if each.is_public]
    private = [] if is_create else [each for each in granted if not each.is_public]
    yield from (hazard(HazardKind.PUBLIC, told) for told in permissions.sentences(public))
    yield from (hazard(HazardKind.ACCESS, told) for told in permissions.sentences(private))
    yield from (hazard(rule.kind, rule.message) for rule in RULES if rule.applies(change))


def _gone(change: ResourceChange, hazard: Callable[[HazardKind, str], Hazard], *, is_empty: bool) -> Iterator[Hazard]:
    what = change.physical_id or change.logical_id
    done = "is removed" if change.removes else "is replaced"
    if change.replacement is Replacement.CONDITIONAL and change.replaces:
        done = "may be replaced"
    if holds_data(change.type) and not is_empty and change.removes and change.keeps_old:
        yield hazard(HazardKind.LEFTOVER, f"{what} is removed from the stack and stays")
    elif holds_data(change.type) and not is_empty:
        lost = ("together with its " if change.removes else "by one without its ") + DATA[change.type].holds
        kept = "; the old one stays, outside of the stack" if change.keeps_old else ""
        snapshot = "; a snapshot stays" if "Snapshot" in change.policy else ""
        yield hazard(HazardKind.DATA, f"{what} {done} {lost}{kept}{snapshot}")
    elif change.keeps_old and change.type not in ALWAYS_KEPT:
        yield hazard(HazardKind.LEFTOVER, f"{what} {done}, and stays outside of any stack")


def _new_grants(change: ResourceChange, body: templates.Body) -> tuple[permissions.Grant, ...]:
    if change.removes:
        return ()
    after = templates.named(_properties(change.after), templates.properties(body, change.logical_id))
    return permissions.gained(change.type, _properties(change.before), after)


def _properties(context: Mapping[str, Any]) -> Mapping[str, Any]:
    found = context.get("Properties")
    return found if isinstance(found, Mapping) else {}


def _obsolete(name: str) -> Hazard:
    message = f"the pending change set {name} of another deployer becomes obsolete"
    return Hazard(kind=HazardKind.OTHERS, logical_id=name, message=message)


# ---- doors opened and guards taken down ----


def _value(properties: Mapping[str, Any], path: str) -> str:
    """The value at a dotted path, lower case; "" if it is absent. CloudFormation prints scalars as strings."""
    found: Any = properties
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return "" if found is None else str(found).lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds when the value at `path` was `good` and is so no more; `even_new`: also for a resource that is new."""

    kind: HazardKind
    types: tuple[str, ...]
    path: str
    good: Callable[[str], bool]
    message: str
    even_new: bool = False

    def applies(self, change: ResourceChange) -> bool:
        if change.type not in self.types or change.removes or not change.after:
            return False
        was_good = self.good(_value(_properties(change.before), self.path))
        new = change.action is Action.ADD
        return not self.good(_value(_properties(change.after), self.path)) and (self.even_new if new else was_good)


def _is(*values: str) -> Callable[[str], bool]:
    return lambda value: value in values


def _is_not(*values: str) -> Callable[[str], bool]:
    return lambda value: value not in values


_present = _is_not("", "{}", "[]")
_W, _P = HazardKind.WEAKENED, HazardKind.PUBLIC
_BUCKET, _CDN, _TABLE = ("AWS::S3::Bucket",), ("AWS::CloudFront::Distribution",), ("AWS::DynamoDB::Table",)
_OLD_TLS = ("sslv3", "tlsv1", "tlsv1_2016", "tlsv1.1_2016")
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

RULES: tuple[Rule, ...] = (
    *(
        Rule(_P, _BUCKET, f"PublicAccessBlockConfiguration.{name}", _is("true"), f"{name} is switched off")
        for name in _BLOCKS
    ),
    Rule(_P, _BUCKET, "AccessControl", _is_not("publicread", "publicreadwrite"), "its ACL lets everyone read", True),
    Rule(_P, ("AWS::Lambda::Url",), "AuthType", _is_not("none"), "the function URL takes calls from everyone", True),
    Rule(
        _P, ("AWS::RDS::DBInstance",), "PubliclyAccessible", _is_not("true"), "the database gets a public address", True
    ),
    Rule(
        _P,
        ("AWS::ApiGatewayV2::Route",),
        "AuthorizationType",
        _is("", "aws_iam", "jwt", "custom"),
        "the route needs no login now",
    ),
    Rule(
        _W,
        _CDN,
        "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy",
        _is_not("allow-all"),
        "plain HTTP is served",
        True,
    ),
    Rule(
        _W,
        _CDN,
        "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        _is_not(*_OLD_TLS),
        "TLS below 1.2 is accepted",
        True,
    ),
    Rule(_W, _CDN, "DistributionConfig.Logging", _present, "access logging is switched off"),
    Rule(_W, _CDN, "DistributionConfig.WebACLId", _present, "the web application firewall is taken off"),
    Rule(
        _W,
        _CDN,
        "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId",
        _present,
        "security headers are taken off",
    ),
    Rule(_W, _BUCKET, "BucketEncryption", _present, "encryption is no longer asked for"),
    Rule(
        _W,
        _BUCKET,
        "VersioningConfiguration.Status",
        _is("enabled"),
        "versioning is suspended: overwritten objects are lost",
    ),
    Rule(_W, _BUCKET, "LoggingConfiguration", _present, "access logging is switched off"),
    Rule(
        _W,
        _TABLE,
        "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        _is("true"),
        "continuous backups stop",
    ),
    Rule(_W, _TABLE, "DeletionProtectionEnabled", _is("true"), "deletion protection is switched off"),
    Rule(_W, _TABLE, "SSESpecification.SSEEnabled", _is("true"), "encryption with a KMS key stops"),
    Rule(_W, ("AWS::ApiGatewayV2::Stage",), "AccessLogSettings", _present, "access logging is switched off"),
    Rule(
        _W, ("AWS::ApiGatewayV2::DomainName",), "SecurityPolicy", _is_not("tls_1_0"), "TLS below 1.2 is accepted", True
    ),
    Rule(_W, ("AWS::Lambda::Function",), "TracingConfig.Mode", _is("active"), "tracing is switched off"),
    Rule(
        _W,
        ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster"),
        "DeletionProtection",
        _is("true"),
        "deletion protection is switched off",
    ),
    Rule(
        _W,
        ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster"),
        "StorageEncrypted",
        _is("true"),
        "storage is no longer encrypted",
    ),
    Rule(_W, ("AWS::Cognito::UserPool",), "DeletionProtection", _is("active"), "deletion protection is switched off"),
    Rule(_W, ("AWS::KMS::Key",), "EnableKeyRotation", _is("true"), "key rotation is switched off"),
)
