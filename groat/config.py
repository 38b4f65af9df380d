"""`samconfig.toml`, read the way SAM CLI reads it: `[ENV.deploy.parameters]` over `[ENV.global.parameters]`.

The same section serves `sam deploy --config-env ENV`, so options that only SAM uses are known and left alone; a name
that neither knows is a slip of the pen and refused. SAM's own reader takes 0.6 s to import; a test holds this one to
its answers.
"""

import difflib
import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groat.errors import GroatError

FILE = "samconfig.toml"
LOCAL = "local"
PRODUCTION = ("prod", "production")

# `sam deploy --help`, SAM CLI 1.170. The first group is read here too.
OURS = frozenset({
    "stack_name", "region", "profile", "parameter_overrides", "tags", "capabilities", "role_arn", "confirm_changeset",
    "disable_rollback", "express", "notification_arns", "s3_bucket", "s3_prefix",
})  # fmt: skip
SAMS = frozenset({
    "beta_features", "debug", "fail_on_empty_changeset", "force_upload",
    "image_repositories", "image_repository", "kms_key_id", "language_extensions", "max_wait_duration", "metadata",
    "no_execute_changeset", "no_progressbar", "on_failure", "output", "resolve_image_repos", "resolve_s3",
    "save_params", "signing_profiles", "template", "template_file", "use_json",
})  # fmt: skip
STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
KEY_VALUE = re.compile(r"ParameterKey=(?P<key>[^,]+),ParameterValue=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One environment's values. `stack_name` is the website's stack; the others add `-registry`, `-certificate`."""

    environment: str
    stack_name: str
    region: str = "us-east-1"
    profile: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
    role_arn: str | None = None
    confirm: bool = False
    disable_rollback: bool = False
    express: bool = False
    notification_arns: tuple[str, ...] = ()
    s3_bucket: str | None = None
    s3_prefix: str = ""

    @property
    def is_production(self) -> bool:
        """Whether its stacks are protected from deletion."""
        return self.environment in PRODUCTION

    @property
    def is_local(self) -> bool:
        return self.environment == LOCAL


def settings(root: Path, environment: str, *, stack_name: str | None = None) -> Settings:
    """The settings of one environment; `stack_name` overrides the file's. Raises GroatError naming file and value."""
    options = dict(section(read(root / FILE), environment))
    if stack_name:
        options["stack_name"] = stack_name
    refuse_unknown(options, environment)
    return Settings(
        environment=environment,
        stack_name=matching(STACK_NAME, options, "stack_name", environment),
        region=matching(REGION, {"region": "us-east-1"} | options, "region", environment),
        profile=options.get("profile"),
        parameters=pairs(options.get("parameter_overrides", ()), "parameter_overrides"),
        tags=pairs(options.get("tags", ()), "tags"),
        capabilities=words(options.get("capabilities", Settings.__dataclass_fields__["capabilities"].default)),
        role_arn=options.get("role_arn"),
        confirm=bool(options.get("confirm_changeset", False)),
        disable_rollback=bool(options.get("disable_rollback", False)),
        express=bool(options.get("express", False)),
        notification_arns=words(options.get("notification_arns", ())),
        s3_bucket=options.get("s3_bucket"),
        s3_prefix=options.get("s3_prefix", ""),
    )


def read(path: Path) -> dict[str, Any]:
    """Raises GroatError where the file is missing or is no TOML."""
    if not path.is_file():
        raise GroatError(f"There is no {FILE} in {path.parent}", hint="run the command in the folder of your site")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GroatError(
            f"{path.name} is not well-formed TOML: {error}", hint=f"mend that line of {path.name}"
        ) from error


def section(document: Mapping[str, Any], environment: str) -> Mapping[str, Any]:
    """An environment's options, the general ones first. Raises GroatError when there is no such section."""
    known = [
        name for name, value in document.items() if isinstance(value, dict) and ("deploy" in value or name == LOCAL)
    ]
    if environment not in known:
        raise GroatError(
            f"{FILE} has no environment of that name: {environment}",
            hint=f"add a section [{environment}.deploy.parameters], or use one of: {', '.join(known) or 'none yet'}",
        )
    commands = document[environment]
    general = commands.get("global", {}).get("parameters", {})
    return {**general, **commands.get("deploy", {}).get("parameters", {})}


def refuse_unknown(options: Mapping[str, Any], environment: str) -> None:
    """Raises GroatError for an option that neither SAM nor groat knows: it is misspelt."""
    for name in options:
        if name not in OURS | SAMS:
            close = difflib.get_close_matches(name, OURS | SAMS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(OURS))}"
            raise GroatError(f"{FILE}, [{environment}.deploy.parameters]: unknown option: {name}", hint=hint)


def matching(pattern: re.Pattern[str], options: Mapping[str, Any], name: str, environment: str) -> str:
    """The value of an option that must be there. Raises GroatError when it is not, or does not match."""
    value = options.get(name)
    if value is None:
        raise GroatError(
            f"{FILE}, [{environment}.deploy.parameters]: missing option: {name}", hint=f'add a line: {name} = "..."'
        )
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise GroatError(f"{name} must match {pattern.pattern}, got: {value}", hint=f"correct {name} in {FILE}")
    return value


def words(value: str | Iterable[str]) -> tuple[str, ...]:
    """A list, or one string of words as SAM writes it."""
    return tuple(shlex.split(value)) if isinstance(value, str) else tuple(map(str, value))


def pairs(value: str | Iterable[str] | Mapping[str, Any], name: str) -> dict[str, str]:
    """`K=V` pairs in the spellings SAM CLI takes: a table, a list, one string, `ParameterKey=K,ParameterValue=V`."""
    if isinstance(value, Mapping):
        return {key: text(item) for key, item in value.items()}
    return dict(pair(item, name) for item in (shlex.split(value) if isinstance(value, str) else value))


def pair(item: str, name: str) -> tuple[str, str]:
    """Raises GroatError for what is no pair."""
    if long := KEY_VALUE.fullmatch(item):
        return long["key"], long["value"]
    key, equals, value = item.partition("=")
    if not equals or not key:
        raise GroatError(f"{name} takes Key=Value pairs, got: {item}", hint=f'write {name} = ["Key=Value"] in {FILE}')
    return key, value.strip("\"'") if value[:1] == value[-1:] and value[:1] in {'"', "'"} else value


def text(value: Any) -> str:
    """A parameter's value as CloudFormation takes it: lists joined by commas, booleans in lower case."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(text, value)) if isinstance(value, list) else str(value)
