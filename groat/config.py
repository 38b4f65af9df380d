"""`samconfig.toml`, read the way SAM CLI reads it: `[ENV.deploy.parameters]` over `[ENV.global.parameters]`.

The same section serves `sam deploy --config-env ENV`, so each value is converted as SAM converts it: by click's types,
and by SAM's own for pairs. Options that only SAM uses are left alone; a name that neither knows is a typo and is
refused. As in SAM, there is no section that applies to all environments.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from groat.errors import GroatError

FILE = "samconfig.toml"
LOCAL = "local"
SPEED = 100.0  # how many times faster than AWS `local` is: it takes seconds, and its progress can still be read
PRODUCTION = ("prod", "production")

# the options of `sam deploy` (SAM CLI 1.170) that are not used here
SAMS = frozenset({
    "beta_features", "debug", "fail_on_empty_changeset", "force_upload",
    "image_repositories", "image_repository", "kms_key_id", "language_extensions", "max_wait_duration", "metadata",
    "no_execute_changeset", "no_progressbar", "on_failure", "output", "resolve_image_repos", "resolve_s3",
    "save_params", "signing_profiles", "template", "template_file", "use_json",
})  # fmt: skip
PATTERNS = {
    "stack_name": re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}"),
    "region": re.compile(r"[a-z]{2}(-[a-z]+)+-\d"),
}
NAMES = {"parameter_overrides": "parameters", "confirm_changeset": "confirm"}  # option -> field


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
    revert_drift: bool = False  # these two are of the command line
    import_existing: bool = False

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
    values = {NAMES.get(name, name): value for name, value in converted(options, root).items()}
    if "stack_name" not in values:
        raise GroatError(f"{where(environment)}: missing option: stack_name", hint='add a line: stack_name = "..."')
    for name, pattern in PATTERNS.items():
        if not pattern.fullmatch(values.get(name, "us-east-1")):
            raise GroatError(
                f"{name} must match {pattern.pattern}, got: {values[name]}", hint=f"correct {name} in {FILE}"
            )
    return Settings(environment=environment, **values)


def read(path: Path) -> dict[str, Any]:
    """Raises GroatError if the file is missing, is not TOML, or would be refused by SAM."""
    if not path.is_file():
        raise GroatError(f"There is no {FILE} in {path.parent}", hint="run the command in the folder of your site")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GroatError(f"{FILE} is not well-formed TOML: {error}", hint=f"fix that line of {FILE}") from error
    if not isinstance(document.get("version"), float):
        raise GroatError(
            f"{FILE} must state the version of its format, a number like 0.1, got: {document.get('version')}",
            hint="make this its first line: version = 0.1",
        )
    return document


def environments(document: Mapping[str, Any]) -> list[str]:
    """The names of the environments that can be deployed."""
    return [name for name, value in document.items() if isinstance(value, dict) and "deploy" in value]


def section(document: Mapping[str, Any], environment: str) -> Mapping[str, Any]:
    """An environment's options, `global` ones included. Raises GroatError if there is no such section."""
    known = environments(document)
    if environment not in known:
        raise GroatError(
            f"{FILE} has no environment of that name: {environment}",
            hint=f"add a section [{environment}.deploy.parameters], or use one of: {', '.join(known) or 'none yet'}",
        )
    found: dict[str, Any] = {}
    for command in ("global", "deploy"):
        options = document[environment].get(command, {})
        options = options.get("parameters", {}) if isinstance(options, dict) else options
        if not isinstance(options, dict):
            raise GroatError(
                f"{FILE}: this must be a table, [{environment}.{command}.parameters]: {options}",
                hint=f"fix that line of {FILE}",
            )
        found |= options
    return found


def where(environment: str) -> str:
    return f"{FILE}, [{environment}.deploy.parameters]"


def refuse_unknown(options: Iterable[str], environment: str) -> None:
    """Raises GroatError for an option that neither SAM nor groat knows, which must be a typo."""
    for name in options:
        if name not in OURS | SAMS:
            close = difflib.get_close_matches(name, OURS | SAMS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(OURS))}"
            raise GroatError(f"{where(environment)}: unknown option: {name}", hint=hint)


def converted(options: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """The values of the options that are used here.

    Raises GroatError with SAM's own text for one that it would refuse.
    """
    values = {}
    for name in OURS & options.keys():
        refusal = f"SAM CLI does not accept this {name}: {options[name]}"
        try:
            values[name] = CONVERTERS[name](options[name], root)
        except click.BadParameter as error:
            raise GroatError(refusal, hint=str(error)) from error
        except (AttributeError, TypeError) as error:
            raise GroatError(refusal, hint=f"write a string or a list of strings in {FILE}") from error
    return values


def string(value: Any, _root: Path) -> str:
    return str(click.STRING.convert(value, None, None))


def boolean(value: Any, _root: Path) -> bool:
    return bool(click.BOOL.convert(value, None, None))


def words(value: str | Iterable[str], _root: Path) -> tuple[str, ...]:
    """From a list, or from one string of words."""
    return tuple(value.split()) if isinstance(value, str) else tuple(map(str, value))


def parameters(value: Any, root: Path) -> dict[str, str]:
    """`K=V` pairs in all of SAM's spellings; `file://` paths in them are relative to the project."""
    from samcli.cli.types import CfnParameterOverridesType

    return dict(CfnParameterOverridesType().convert(value, None, None, current_file=root / FILE))


def tags(value: Any, _root: Path) -> dict[str, str]:
    from samcli.cli.types import CfnTags

    return dict(CfnTags().convert(value, None, None))


CONVERTERS: Mapping[str, Callable[[Any, Path], Any]] = {
    "stack_name": string, "region": string, "profile": string, "parameter_overrides": parameters, "tags": tags,
    "capabilities": words, "role_arn": string, "confirm_changeset": boolean, "disable_rollback": boolean,
    "express": boolean, "notification_arns": words, "s3_bucket": string, "s3_prefix": string,
}  # fmt: skip
OURS = frozenset(CONVERTERS)
